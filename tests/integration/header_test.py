"""contrib/postfix/header_checks.secret: of the X-Sekimori headers in a mail our own stays, under its public name."""

import glob
import os
import re
import subprocess

from mail_server import MailServer
from scene import Scene, main
from stage import program, wait_for

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "postfix")
WORD = "1f2e3d4c5b6a7988"
NO_PTR, CLEAN = "192.0.2.11", "192.0.2.10"
FORGED = ("X-Sekimori: pass; score=0.0; signals=; ref=J4FHQ-X9T82", "x-sekimori: pass", "X-Sekimori : pass",
          "X-Sekimori-SECRET: pass", "X-Sekimori:\r\n pass")


def checks():
    """The file as its comment says, and HOLD so that the mail can be looked at."""
    with open(os.path.join(CONTRIB, "header_checks.secret"), encoding="utf-8") as file:
        return file.read().replace("SECRET", WORD) + "/^Subject:/ HOLD\n"


class HeaderTest(Scene):
    SETTINGS = {"more": f'[policy]\nmode = "tag"\n[reply]\nheader = "X-Sekimori-{WORD}"\n'}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = MailServer(cls.stage, f"inet:127.0.0.1:{cls.port}", name="held", checks=checks())

    def headers(self, client):
        """The X-Sekimori headers of a mail with forged ones, as Postfix has it in its queue."""
        self.held.send(client, headers="".join(f"{line}\r\n" for line in FORGED))
        path = wait_for(lambda: glob.glob(os.path.join(self.held.queue, "hold", "*")), lambda: self.held.log())[0]
        shown = subprocess.run([program("postcat"), "-c", os.path.dirname(self.held.queue), "-h", path],
                               capture_output=True, text=True, check=True).stdout
        os.remove(path)
        return re.findall(r"(?im)^x-sekimori.*(?:\n[ \t].*)*", shown)

    def test_our_own_stays_and_the_secret_leaves_with_no_mail(self):
        headers = self.headers(NO_PTR)
        self.assertRegex(headers[0], r"^X-Sekimori: greylist; score=4\.0; signals=no_ptr:4; ref=\S+$")
        self.assertEqual(headers[1:], ["X-Sekimori-SECRET: pass"], "a header of another name says nothing to anybody")

    def test_nothing_stays_where_we_said_nothing(self):
        self.assertEqual(self.headers(CLEAN), ["X-Sekimori-SECRET: pass"])


if __name__ == "__main__":
    main()
