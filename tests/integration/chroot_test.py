"""The UNIX sockets of contrib/sekimori.toml asked by an smtpd that is chrooted into its queue, as Debian has it."""

import os
import unittest

from daemon import OWNER, Daemon
from mail_server import MailServer
from name_servers import NameServers
from scene import Scene, main
from stage import Stage, wait_for


NO_PTR = "192.0.2.11"


class ChrootTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)
        cls.names = NameServers(cls.stage)

    def start_daemon(self, socket):
        daemon = Daemon(self.stage, Scene.BUILD, self.names, socket=socket).start()
        self.addCleanup(lambda: daemon.process.is_running() and daemon.stop())
        return daemon

    def assert_filtered(self, reply):
        self.assertEqual(reply.code, 450, reply)
        self.assertIn("Greylisted", reply.text)

    def test_a_folder_of_its_own_in_the_queue(self):
        mail = MailServer(self.stage, "unix:sekimori/policy", name="folder", is_chrooted=True)
        folder = os.path.join(mail.queue, "sekimori")
        os.mkdir(folder)
        os.chown(folder, OWNER.pw_uid, OWNER.pw_gid)
        daemon = self.start_daemon(os.path.join(folder, "policy"))
        self.assert_filtered(mail.reply_to(NO_PTR))
        self.assertEqual(daemon.stop(), 0, daemon.log())
        daemon.start()
        self.assert_filtered(mail.reply_to(NO_PTR))

    def test_the_queue_s_own_folder_of_sockets(self):
        mail = MailServer(self.stage, "unix:private/sekimori", name="private", is_chrooted=True)
        self.start_daemon(os.path.join(mail.queue, "private", "sekimori"))
        self.assert_filtered(mail.reply_to(NO_PTR))

    def test_a_socket_outside_is_out_of_reach(self):
        outside = self.stage.path("outside.sock")
        mail = MailServer(self.stage, f"unix:{outside}", name="outside", is_chrooted=True)
        self.start_daemon(outside)
        self.assertEqual(mail.reply_to(NO_PTR).code, 250, "mail passes unfiltered")
        wait_for(lambda: "No such file or directory" in mail.log(), lambda: f"a warning\n{mail.log()}")


if __name__ == "__main__":
    main()
