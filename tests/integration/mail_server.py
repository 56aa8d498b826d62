"""A real Postfix with a configuration and a queue of its own, and a sender that talks to it.

XCLIENT gives every conversation the client address of its case.  Mail for ours.example is taken and thrown away.
"""

import dataclasses
import grp
import os
import pwd
import smtplib
import time

from sasl_server import SaslServer
from stage import is_listening, program, wait_for

RECIPIENT = "someone@ours.example"

MASTER = """127.0.0.1:{port} inet n - {chroot} - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""

# The restrictions are those of contrib/postfix/main.cf, with another port (see restrictions()).
MAIN = """compatibility_level = 3.6
myhostname = mx.ours.example
mydestination =
mynetworks = 10.99.0.0/16
inet_interfaces = 127.0.0.1
inet_protocols = all
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
virtual_mailbox_domains = ours.example, admin.uni.example, a.students.uni.example, research.uni.example,
  lab.uni.example, uni.example
virtual_mailbox_maps = static:all
virtual_transport = discard:
default_transport = error:nothing leaves the test
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtputf8_enable = no
header_checks = regexp:{directory}/header_checks
{sasl}
{restrictions}
"""

SASL = """smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {directory}/sasl"""

QUEUE = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]


@dataclasses.dataclass
class Reply:
    """What a sender sees at RCPT."""
    code: int
    text: str
    seconds: float

    def __str__(self):
        return f"{self.code} {self.text}"


def header_checks():
    """The lines of contrib/postfix/header_checks, and one that logs each header of ours that they leave."""
    contrib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/postfix/header_checks")
    with open(contrib, encoding="utf-8") as file:
        return file.read() + "/^X-Sekimori:/ WARN left\n"


def restrictions(service):
    """The lines of contrib/postfix/main.cf, asking `service` instead of the port written there."""
    contrib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/postfix/main.cf")
    with open(contrib, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    text = "".join(lines)
    if "inet:127.0.0.1:10040" not in text:
        raise AssertionError(f"{contrib} asks another port than 10040")
    return text.replace("inet:127.0.0.1:10040", service)


class MailServer:
    def __init__(self, stage, service, name="postfix", is_chrooted=False, checks=None, services="", settings=""):
        """`service`: what check_policy_service asks, such as inet:127.0.0.1:PORT; `is_chrooted`: smtpd sees nothing but
        the queue, as Debian has it, so nobody can log in; `checks`: the text of header_checks, where not contrib's;
        `services`, `settings`: more lines of master.cf and main.cf."""
        self.port = stage.free_port()
        self._directory = stage.path(name)
        self._make_queue()
        if not is_chrooted:
            stage.on_close(SaslServer(os.path.join(self._directory, "sasl")).close)
        stage.write(f"{name}/main.cf", MAIN.format(
            directory=self._directory, restrictions=restrictions(service),
            sasl="" if is_chrooted else SASL.format(directory=self._directory)) + settings)
        stage.write(f"{name}/header_checks", checks or header_checks())
        stage.write(f"{name}/master.cf", MASTER.format(port=self.port, chroot="y" if is_chrooted else "n") + services)
        self._master = stage.start(f"{name}-master", [program("master"), "-c", self._directory, "-d"])
        wait_for(lambda: is_listening(self.port), lambda: f"Postfix\n{self._master.text()}{self.log()}")

    @property
    def directory(self):
        return self._directory

    @property
    def queue(self):
        return os.path.join(self._directory, "queue")

    def log(self):
        try:
            with open(os.path.join(self._directory, "maillog"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def send(self, client, sender="someone@sender.example", recipients=(RECIPIENT,), helo="mail.sender.example",
             login=None, headers=""):
        """The replies to the recipients of one mail from `client`; where one is accepted the mail is handed over."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as smtp:
            self._begin(smtp, client, helo)
            if login:
                smtp.login(login, "secret")
            self._expect(smtp, 250, f"MAIL FROM:<{sender}>")
            replies = [self._recipient(smtp, recipient) for recipient in recipients]
            if any(reply.code == 250 for reply in replies):
                code, text = smtp.data(f"Subject: test\r\n{headers}\r\ntest\r\n")
                if code != 250:
                    raise AssertionError(f"the mail was not taken: {code} {text}")
            return replies

    def reply_to(self, client, **mail):
        """The reply to the only recipient."""
        return self.send(client, **mail)[0]

    def verify(self, client, address=RECIPIENT):
        """The reply to VRFY."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as smtp:
            self._begin(smtp, client, "mail.sender.example")
            start = time.monotonic()
            code, text = smtp.docmd(f"VRFY {address}")
            return Reply(code, text.decode("ascii"), time.monotonic() - start)

    def _begin(self, smtp, client, helo):
        smtp.ehlo("test.example")
        address = f"IPV6:{client}" if ":" in client else client
        self._expect(smtp, 220, f"XCLIENT ADDR={address} NAME=[UNAVAILABLE]")
        smtp.ehlo(helo)

    @staticmethod
    def _recipient(smtp, recipient):
        start = time.monotonic()
        code, text = smtp.docmd(f"RCPT TO:<{recipient}>")
        return Reply(code, text.decode("ascii"), time.monotonic() - start)

    @staticmethod
    def _expect(smtp, want, command):
        code, text = smtp.docmd(command)
        if code != want:
            raise AssertionError(f"{command}: {code} {text}")

    def _make_queue(self):
        """What `postfix check` would make, without its look at the machine's own files."""
        owner, group = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
        for name in ["queue", "data", *(f"queue/{name}" for name in ["pid", "public", "maildrop", *QUEUE])]:
            os.makedirs(os.path.join(self._directory, name), mode=0o755, exist_ok=True)
        for name in [f"queue/{name}" for name in QUEUE] + ["data"]:
            os.chmod(os.path.join(self._directory, name), 0o700)
            os.chown(os.path.join(self._directory, name), owner.pw_uid, -1)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            os.chown(os.path.join(self._directory, "queue", name), owner.pw_uid, group.gr_gid)
            os.chmod(os.path.join(self._directory, "queue", name), mode)
