#include "rules/sender_records/dkim_key.h"

#include <gtest/gtest.h>

#include <string>

namespace rules::dkim_key_test {

// Made by openssl genrsa; the second of 1024 bits is an RSAPublicKey, the others SubjectPublicKeyInfo.
const std::string k512 =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANNQ0usBmGe8zNYsDsUI2Q9Gk8SVBvyT/u/"
    "bEovTwPazptrGX9WPtUh6CYPJQyPtui7PMQSyAO2KJks92Zy+v/0CAwEAAQ==";
const std::string k1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCaWFIFiBIy24PsZhK1Bl5E1IDk66ou7W5VMk7+y1Ttn9/"
    "kAoX64QcuwVOjiYh02Zv3cR1rCsam56K9mXh3DUoD815u6VtwTREgfwYo3egnadP1S0nyPop9ozWkk4pMZw1tXWRmX8ZwzqrvN/"
    "45vftDYJvZqk0C7+eDcYRT+TG02wIDAQAB";
const std::string k1024Bare =
    "MIGJAoGBAM9SK39oeZ7lw7KKZFHftd3RtKIlXqwLwWz7jhTxrRu6Y1LTzKTDZtfKIs16zJLW7iuzHklkxL3k4oHPVn+Jpq+"
    "sMkMGLIYlY48YIWmEOEevxx1YDwfkFB0JwqRB8r1reEon3lj3JiDKQHPOTjKH2+0xh3udYcCa/MiKCK4eZqevAgMBAAE=";
const std::string k2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtIXVBFLR44ySbUJhGVWwiEFuDngyiOVun2w6aEceetSIpHaFCMotSpfjJuxoCyRiuK8D7e"
    "2Nkdp19HCQby5Q3Wfi4Dn+7wyLhIIZ4DCh2mqAi9EKxQS3XsYYMkFwYX6HJlLh4Fhx6XmQD3ecLmDuJpbrbnAsUbkoWqB9EnnIMrdOeK8lzzvJLr/"
    "r13p2d36JP4ltXANWqwv9gJIvx00zWd2vn4YHYP6RqoYPTB+"
    "KUlhjAEhY4HCK6ODfETCchVU0jYcxgBjahjFNn4GXIOncCgC2fxCVOWdZEBeE08JbqXZFMjm6NdAONyGOgYVgaPgUvIKIwv4MS5whk+"
    "n3DPO6AwIDAQAB";
const std::string kEd25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";  // RFC 8463, appendix A.2

std::string Shown(const std::optional<DkimKey>& key) {
  if (!key) return "none";
  std::string text = key->kind == DkimKey::Kind::kRsa ? "rsa" : key->kind == DkimKey::Kind::kEd25519 ? "ed25519" : "?";
  text += " " + std::to_string(key->bits);
  if (key->is_revoked) text += " revoked";
  if (key->is_test) text += " test";
  if (key->is_sha1_only) text += " sha1";
  if (key->is_broken()) text += " broken";
  return text;
}

TEST(DkimKey, IsRead) {
  const struct {
    std::string text, want;
  } kRows[] = {
      {"v=DKIM1; k=rsa; p=" + k512, "rsa 512"},
      {"v=DKIM1; k=rsa; p=" + k1024, "rsa 1024"},
      {"p=" + k1024Bare, "rsa 1024"},
      {"v=DKIM1; p=" + k2048, "rsa 2048"},
      {"v=DKIM1; p=" + k2048.substr(0, 200) + " \t" + k2048.substr(200) + ";", "rsa 2048"},
      {"v=DKIM1; k=ed25519; p=" + kEd25519, "ed25519 256"},
      {"k=rsa; t=y; p=" + k1024, "rsa 1024 test"},
      {"k=rsa; t=s:y; p=" + k1024, "rsa 1024 test"},
      {"k=rsa; t=s; h=sha1:sha256; p=" + k1024, "rsa 1024"},
      {"h=sha1; p=" + k1024, "rsa 1024 sha1"},
      {"v=DKIM1; p=", "rsa 0 revoked"},
      {"v=DKIM1; k=dsa; p=AAAA", "? 0"},
      {"v=DKIM1; p=" + k2048.substr(0, 200), "rsa 0 broken"},
      {"v=DKIM1; p=%%%", "rsa 0 broken"},
      {"v=DKIM1; k=ed25519; p=AAAA", "ed25519 0 broken"},
      {" v = DKIM1 ;\r\n\tp\t= " + k1024 + " ", "rsa 1024"},  // FWS: RFC 6376, section 3.2
      {"v=DKIM2; p=" + k1024, "none"},
      {"V=DKIM1; p=" + k1024, "rsa 1024"},  // names have a case: an unknown tag
      {"v=DKIM1; P=" + k1024, "none"},
      {"v=DKIM1; P=AAAA; p=" + k1024, "rsa 1024"},
      {"v=DKIM1; p=" + k1024 + "; p=" + k1024, "none"},
      {"k=rsa; v=DKIM1; p=" + k1024, "none"},  // the version comes first
      {"v=DKIM1; k=rsa", "none"},
      {"v=spf1 -all", "none"},
      {"", "none"},
  };
  for (const auto& [text, want] : kRows) EXPECT_EQ(Shown(ParseDkimKey(text)), want) << text;
}

}  // namespace rules::dkim_key_test
