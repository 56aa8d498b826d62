// What Postfix says of itself, for tests of what we make of it.
#pragma once

#include <string>

namespace support {

// As postconf -x, -M and -P print them on a bare Debian 12.
inline const std::string kDebianPostconf =
    "mail_version = 3.7.11\n"
    "mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\n"
    "queue_directory = /var/spool/postfix\n"
    "smtpd_milters =\n"
    "smtpd_recipient_restrictions =\n"
    "smtpd_relay_before_recipient_restrictions = yes\n"
    "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination\n"
    "smtp       inet  n       -       y       -       -       smtpd\n"
    "pickup     unix  n       -       y       60      1       pickup\n"
    "relay/unix/syslog_name = postfix/$service_name\n";

}  // namespace support
