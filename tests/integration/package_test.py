"""The package on a bare Debian 12 with Debian's Postfix: installed, wired, upgraded, removed, purged; beside postgrey."""

import argparse
import glob
import os
import re
import smtplib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

import bare_debian  # noqa: E402
from bare_debian import BareDebian, Missing  # noqa: E402
from name_server import NameServers, Zone  # noqa: E402
from stage import wait_for  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STRANGER = "198.51.100.7"
OUR_MX = "192.0.2.1"


def make_package(build):
    """The one that is named, or one with the programs of the build."""
    named = os.environ.get("SEKIMORI_TEST_PACKAGE")
    if named:
        return os.path.abspath(named)
    bare_debian.need_root_and("dh", "dpkg-buildpackage")
    subprocess.run([os.path.join(ROOT, "scripts/package"), "--programs", build], check=True)
    return glob.glob(os.path.join(build, "packages/sekimori_*.deb"))[0]


class PackageTest(unittest.TestCase):
    PACKAGE = ARCHIVE = ""

    @classmethod
    def setUpClass(cls):
        cls.names = NameServers(Zone(), "127.0.0.1", 53, 1)  # nobody has a name
        cls.addClassCleanup(cls.names.close)

    def setUp(self):
        self.debian = BareDebian(self.ARCHIVE)
        self.addCleanup(self.debian.close)

    def tool(self, *arguments, check=True):
        return self.debian.run("sekimorictl", *arguments, check=check)

    def start(self):
        self.debian.open_sockets()
        self.debian.start_daemon()

    def start_postfix(self):
        """Debian's own, which logs to a file here and has a user to deliver to."""
        self.debian.run("useradd", "-m", "ann")
        self.debian.run("postconf", "-e", "maillog_file = /var/log/mail.log")
        self.debian.run("postfix", "start")

    def send(self, sender, recipient="ann@mx.ours.example"):
        """(code, text) of RCPT, or of the end of DATA where the recipient is taken."""
        with smtplib.SMTP(OUR_MX, 25, local_hostname="mail.sender.example", timeout=60,
                          source_address=(STRANGER, 0)) as mail:
            mail.ehlo()
            mail.mail(sender)
            code, text = mail.rcpt(recipient)
            if code == 250:
                code, text = mail.data(b"Subject: hello\r\n\r\nhello\r\n")
        return code, text.decode()

    def other_version(self, version):
        """The package as a later version of it, whose sample of the configuration says more."""
        work = tempfile.mkdtemp(prefix="sekimori-", dir=self.debian.path("tmp"))
        subprocess.run(["dpkg-deb", "-R", self.PACKAGE, work], check=True)
        control = os.path.join(work, "DEBIAN/control")
        with open(control, encoding="utf-8") as file:
            text = re.sub(r"^Version: .*$", f"Version: {version}", file.read(), flags=re.M)
        with open(control, "w", encoding="utf-8") as file:
            file.write(text)
        with open(os.path.join(work, "etc/sekimori/sekimori.toml"), "a", encoding="utf-8") as file:
            file.write("# a new key\n")
        package = self.debian.path(f"var/tmp/sekimori_{version}.deb")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", work, package], check=True, stdout=subprocess.DEVNULL)
        return package

    def test_from_package_to_mail_to_purge(self):
        debian = self.debian
        debian.install(self.PACKAGE)
        self.assertRegex(debian.read("etc/passwd"), r"(?m)^sekimori:")
        for unit in ("multi-user.target.wants/sekimori.service", "sockets.target.wants/sekimori.socket",
                     "sockets.target.wants/sekimori-postfix.socket"):
            self.assertTrue(debian.exists(f"etc/systemd/system/{unit}"), unit)
        self.assertFalse(debian.exists("etc/systemd/system/sockets.target.wants/sekimori-http.socket"))
        self.assertIn("/etc/sekimori/sekimori.toml", debian.read("var/lib/dpkg/info/sekimori.conffiles"))
        self.assertIn(": OK", self.tool("check-config").stdout)
        self.start()

        # Postfix as Debian installs it: smtpd in its chroot, reached by the UNIX socket alone.
        self.assertRegex(debian.run("postconf", "-M", "smtp/inet").stdout, r"smtp\s+inet\s+n\s+-\s+y\s")
        said = self.tool("postfix").stdout
        self.assertIn("check_policy_service { unix:private/sekimori, ", said)
        debian.write("etc/postfix/main.cf", said, mode="a")
        self.start_postfix()
        self.assertEqual(debian.run("postfix", "check").stderr, "")
        self.assertIn("asks Sekimori already", self.tool("postfix").stdout)
        code, text = self.send("bob@sender.example")
        self.assertEqual(code, 450, text)
        self.assertIn("Greylisted", text)
        self.assertIn(f"Cannot resolve PTR record for [{STRANGER}]", text)
        self.tool("unblock", re.search(r"\(ref (\S+)\)", text)[1], "--comment", "a partner")
        self.assertEqual(self.send("bob@sender.example")[0], 250)
        wait_for(lambda: debian.exists("var/mail/ann") and "Subject: hello" in debian.read("var/mail/ann"), "the mail")
        self.assertNotIn("warning", debian.read("var/log/mail.log"))

        # An upgrade keeps the store, and what the administrator wrote.
        debian.write("etc/sekimori/sekimori.toml", debian.read("etc/sekimori/sekimori.toml").replace('#tag = 1', "tag = 2"))
        debian.install(self.other_version("9.0.0"), "-o", "Dpkg::Options::=--force-confold")  # the answer "keep mine"
        debian.stop_daemon()
        debian.start_daemon()
        self.assertIn("tag = 2", debian.read("etc/sekimori/sekimori.toml"))
        self.assertIn("# a new key", debian.read("etc/sekimori/sekimori.toml.dpkg-dist"))
        self.assertIn(STRANGER, self.tool("whitelist", "list").stdout)
        self.assertEqual(self.send("bob@sender.example")[0], 250)

        # Removed, the daemon is missed by nobody: default_action=DUNNO.
        debian.stop_daemon()
        debian.close_sockets()
        debian.run("apt-get", "remove", "-y", "-qq", "sekimori")
        self.assertFalse(debian.exists("usr/sbin/sekimorid"))
        self.assertTrue(debian.exists("var/lib/sekimori/lists"))
        self.assertTrue(debian.exists("etc/sekimori/sekimori.toml"))
        self.assertEqual(self.send("someone@else.example")[0], 250)
        debian.run("apt-get", "purge", "-y", "-qq", "sekimori")
        for gone in ("var/lib/sekimori", "etc/sekimori/sekimori.toml",
                     "etc/systemd/system/sockets.target.wants/sekimori.socket"):
            self.assertFalse(debian.exists(gone), gone)
        self.assertRegex(debian.read("etc/passwd"), r"(?m)^sekimori:", "files in backups may be its")

    def test_beside_postgrey(self):
        self.debian.install(self.PACKAGE, "postgrey")
        self.start()
        self.debian.run("postconf", "-e", "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, "
                        "check_policy_service inet:127.0.0.1:10023")
        said = self.tool("postfix").stdout
        self.assertIn("asks inet:127.0.0.1:10023 as well (postgrey)", said)
        lines = [line.strip().rstrip(",") for line in said.splitlines() if line.startswith(" ")]
        self.assertEqual(lines[:4], ["permit_mynetworks", "reject_unauth_destination",
                                     "check_policy_service inet:127.0.0.1:10023", "reject_unlisted_recipient"])
        self.assertEqual(self.tool("ask", "--client", STRANGER).stdout.split()[0], "DEFER_IF_PERMIT")


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", default="build-dev")
    known, rest = parser.parse_known_args()
    try:
        bare_debian.need_root_and("debootstrap", "dpkg-deb", "ip", "chroot")
        PackageTest.PACKAGE = make_package(os.path.abspath(known.build))
        PackageTest.ARCHIVE = bare_debian.archive_for(PackageTest.PACKAGE, "postgrey")
        bare_debian.enter_own_network()
    except Missing as missing:
        print(f"SKIPPED: {missing}", file=sys.stderr)
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
