#include "policyd/admin/report/received_mail.h"

#include <gtest/gtest.h>

namespace policyd::admin::received_mail_test {

bool IsOurs(const rules::IpAddress& address) {
  return rules::Network::Parse("10.0.0.0/8")->Contains(address);
}

std::string Shown(const ReceivedMail& mail) {
  std::string text = mail.client ? mail.client->ToString() : "-";
  text += " helo=" + mail.helo + " name=" + mail.name + " by=" + mail.server;
  text += " sender=" + (mail.sender ? "<" + *mail.sender + ">" : "-");
  if (!mail.author.empty()) text += " author=" + mail.author;
  if (mail.has_several_authors) text += " several";
  for (const auto& [domain, selector] : mail.signatures) text += " " + selector + "@" + domain;
  return text;
}

struct Row {
  const char* name;
  const char* mail;
  const char* want;
};

class ReceivedMailTest : public testing::TestWithParam<Row> {};

TEST_P(ReceivedMailTest, IsRead) {
  EXPECT_EQ(Shown(ReadReceivedMail(GetParam().mail, IsOurs)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Header, ReceivedMailTest,
    testing::Values(
        Row{"postfix",
            "Return-Path: <ann@a.example>\r\n"
            "Delivered-To: bob@here.example\r\n"
            "Received: from mail.a.example (out.a.example [192.0.2.1])\r\n"
            "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
            "\t(No client certificate requested)\r\n"
            "\tby mx.here.example (Postfix) with ESMTPS id 4Xyz\r\n"
            "\tfor <bob@here.example>; Mon, 30 Nov 2026 08:00:00 +0000 (UTC)\r\n"
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=A.example; s=s2026;\r\n"
            "\tt=1; bh=x=; h=From:To; b=abc\r\n"
            "\t def=\r\n"
            "From: Ann <ann@a.example>\r\n\r\nFrom: evil <e@evil.example>\r\n",
            "192.0.2.1 helo=mail.a.example name=out.a.example by=mx.here.example sender=<ann@a.example> "
            "author=ann@a.example s2026@a.example"},
        Row{"without_a_name",
            "Received: from localhost (unknown [192.0.2.1]) by mx.here.example (Postfix) with SMTP id 1; x\n",
            "192.0.2.1 helo=localhost name= by=mx.here.example sender=-"},
        Row{"ipv6", "Received: from a.example (a.example [IPv6:2001:db8::1]) by mx.here.example (Postfix); x\n",
            "2001:db8::1 helo=a.example name=a.example by=mx.here.example sender=-"},
        Row{"literal_as_helo", "Received: from [192.0.2.9] (a.example [192.0.2.1]) by mx.here.example (Postfix); x\n",
            "192.0.2.1 helo=[192.0.2.9] name=a.example by=mx.here.example sender=-"},
        Row{"exim",
            "Received: from out.a.example ([192.0.2.1]:42 helo=mail.a.example)\n"
            "\tby mx.here.example with esmtps (Exim 4.96) (envelope-from <ann@a.example>) id 1; x\n",
            "192.0.2.1 helo=mail.a.example name=out.a.example by=mx.here.example sender=<ann@a.example>"},
        Row{"exim_without_a_name", "Received: from [192.0.2.1] (helo=mail.a.example)\n\tby mx.here.example; x\n",
            "192.0.2.1 helo=mail.a.example name= by=mx.here.example sender=-"},
        Row{"qmail", "Received: from unknown (HELO mail.a.example) (192.0.2.1)\n  by mx.here.example with SMTP; x\n",
            "192.0.2.1 helo=mail.a.example name= by=mx.here.example sender=-"},
        Row{"hops_among_ourselves",
            "Received: from localhost (localhost [127.0.0.1]) by store.here.example (Postfix); x\n"
            "Received: from mx.here.example (mx.here.example [10.0.0.1]) by store.here.example (Postfix); x\n"
            "Received: by mx.here.example (Postfix, from userid 0) id 1; x\n"
            "Received: from a.example (a.example [192.0.2.1]) by mx.here.example (Postfix); x\n"
            "Received: from b.example (b.example [192.0.2.2]) by a.example (Postfix); x\n",
            "192.0.2.1 helo=a.example name=a.example by=mx.here.example sender=-"},
        Row{"bounce",
            "Return-Path: <>\nReceived: from a.example (a.example [192.0.2.1]) by mx (Postfix); x\n"
            "From: MAILER-DAEMON@a.example (Mail Delivery System)\n",
            "192.0.2.1 helo=a.example name=a.example by=mx sender=<> author=mailer-daemon@a.example"},
        Row{"mailbox_line", "From ann@a.example Mon Nov 30 08:00:00 2026\nReceived: from x ([192.0.2.1]) by mx; x\n",
            "192.0.2.1 helo=x name= by=mx sender=-"},
        Row{"several_authors_and_signatures",
            "From: a@a.example\nFrom: b@b.example\nDKIM-Signature: d=a.example; s=one\n"
            "DKIM-Signature: d=a.example; s=one\nDKIM-Signature: d=b.example; s=two\n"
            "DKIM-Signature: d=b..example; s=x\nDKIM-Signature: nonsense\n",
            "- helo= name= by= sender=- author=a@a.example several one@a.example two@b.example"},
        Row{"nothing", "", "- helo= name= by= sender=-"},
        Row{"no_mail", "hello\nworld\n", "- helo= name= by= sender=-"},
        Row{"not_closed", "Received: from a (b [192.0.2.1\n", "- helo= name= by= sender=-"},
        Row{"sender_not_closed", "Received: from a ([192.0.2.1] envelope-from <x\n",
            "192.0.2.1 helo=a name= by= sender=<x>"}),
    [](const auto& row) { return row.param.name; });

TEST(ReceivedMail, OfAnySizeIsReadToItsEnd) {
  std::string mail;
  for (int i = 0; i < 1'000'000; ++i) mail += "Received: from ((((((((((((((((((((((\n";
  EXPECT_FALSE(ReadReceivedMail(mail, IsOurs).client);
  EXPECT_FALSE(ReadReceivedMail(std::string(50'000'000, '('), IsOurs).client);
  EXPECT_FALSE(ReadReceivedMail("Received:" + std::string(50'000'000, ' '), IsOurs).client);
}

}  // namespace policyd::admin::received_mail_test
