// The test suites of RFC 7208 and RFC 4408 (tests/data/spf): every case, with the answers in any order.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "policyd/runtime/json.h"
#include "rules/spf/spf.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "tests/support/source_directory.h"

namespace rules::suite_test {

using policyd::runtime::Json;

const std::vector<Json>& Items(const Json* json) {
  static const std::vector<Json> kNone;
  const auto* items = json ? std::get_if<std::vector<Json>>(&json->value()) : nullptr;
  return items ? *items : kNone;
}

const std::vector<Json::Member>& Members(const Json& json) {
  static const std::vector<Json::Member> kNone;
  const auto* members = std::get_if<std::vector<Json::Member>>(&json.value());
  return members ? *members : kNone;
}

// The suites hold bytes; JSON has each as the character of its number.
std::string BytesOf(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
    } else {
      bytes += static_cast<char>((lead & 3U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3fU));
    }
  }
  return bytes;
}

std::string Text(const Json* json) {
  const auto* text = json ? std::get_if<std::string>(&json->value()) : nullptr;
  return text ? BytesOf(*text) : std::string();
}

// Strings of one record, joined.
std::string Joined(const Json& json) {
  std::string text = Text(&json);
  for (const Json& part : Items(&json)) text += Text(&part);
  return text;
}

// Zone data as pyspf's driver reads them (facts of the suites, not of DNS): "TIMEOUT" is for types that are not listed,
// names below "error." never answer, SPF stands for TXT where there is no TXT, and "TXT: NONE" stops that.
class Zone {
 public:
  explicit Zone(const Json& data) {
    for (const auto& [owner, records] : Members(data)) names_[LowerAscii(BytesOf(owner))] = Items(&records);
  }

  Fact Answer(const Question& question, const IpAddress& client) const {
    const DnsQuestion asked = ToDns(question, client);
    return Look(LowerAscii(asked.name), asked.type, 1);
  }

 private:
  Fact Look(const std::string& name, RecordType type, int cnames) const {
    if (name.starts_with("error.")) return Fact::Unavailable();
    const auto found = names_.find(name);
    if (found == names_.end()) {
      Fact fact = Fact::Absent();
      fact.is_no_name = true;
      return fact;
    }
    const std::vector<Json> records = RecordsOf(found->second, type);
    if (!records.empty()) return ToFact(records, type);
    for (const Json& row : found->second) {
      if (Text(&row) == "TIMEOUT") return Fact::Unavailable();
      if (const Json* target = row.Find("CNAME"); target && cnames > 0) return Look(NameOf(*target), type, cnames - 1);
    }
    return Fact::Absent();
  }

  static std::string NameOf(const Json& json) {
    std::string name = LowerAscii(Text(&json));
    if (name.ends_with('.')) name.pop_back();
    return name;
  }

  static std::vector<Json> RecordsOf(const std::vector<Json>& rows, RecordType type) {
    const auto of = [&rows](const char* name) {
      std::vector<Json> records;
      for (const Json& row : rows) {
        if (const Json* record = row.Find(name)) records.push_back(*record);
      }
      return records;
    };
    switch (type) {
      case RecordType::kA:
        return of("A");
      case RecordType::kAaaa:
        return of("AAAA");
      case RecordType::kPtr:
        return of("PTR");
      case RecordType::kTlsa:
        return of("TLSA");
      case RecordType::kMx:
        return of("MX");
      case RecordType::kTxt:
        break;
    }
    std::vector<Json> texts = of("TXT");
    if (texts.empty()) return of("SPF");
    std::erase_if(texts, [](const Json& text) { return Text(&text) == "NONE"; });
    return texts;
  }

  static Fact ToFact(const std::vector<Json>& records, RecordType type) {
    HostNames names;
    Addresses addresses;
    MailHosts hosts;
    std::vector<std::string> texts;
    for (const Json& record : records) {
      switch (type) {
        case RecordType::kA:
        case RecordType::kAaaa:
          addresses.push_back(IpAddress::Parse(Text(&record)).value());
          break;
        case RecordType::kPtr:
          names.push_back(NormalizeHostName(Text(&record)).value());
          break;
        case RecordType::kMx:
          hosts.push_back({.preference = static_cast<std::uint16_t>(hosts.size()), .name = NameOf(Items(&record)[1])});
          break;
        case RecordType::kTxt:
          texts.push_back(Joined(record));
          break;
        case RecordType::kTlsa:
          break;
      }
    }
    if (type == RecordType::kMx) return Fact::Present(hosts);
    if (type == RecordType::kTxt) return Fact::Present(KeepTexts(std::move(texts)).texts);
    if (type != RecordType::kPtr) return Fact::Present(addresses);
    std::ranges::sort(names);
    names.resize(std::min(names.size(), kMaxPtrNames));
    return Fact::Present(names);
  }

  std::map<std::string, std::vector<Json>> names_;
};

struct Evaluated {
  SpfCheck check;
  std::size_t questions = 0, rounds = 0;
};

// `choose` takes the Questions that are answered now out of the open ones.
template <class Choose>
Evaluated Evaluate(const SpfRequest& request, const Zone& zone, const Choose& choose) {
  const SpfOptions options{.explains = true, .receiver = "mx.example"};
  Evaluated done;
  Facts facts;
  for (;; ++done.rounds) {
    SpfOutcome outcome = EvaluateSpf(request, facts, options);
    if (outcome.check) {
      EXPECT_TRUE(outcome.open.empty());
      done.check = *std::move(outcome.check);
      return done;
    }
    if (outcome.open.empty() || done.rounds > 200) {
      ADD_FAILURE() << "neither a result nor a new question";
      return done;
    }
    for (const Question& question : choose(outcome.open)) {
      EXPECT_TRUE(facts.Add(question, zone.Answer(question, request.client))) << question.name << " was answered";
      ++done.questions;
    }
  }
}

SpfRequest RequestOf(const Json& row) {
  return {.identity = SpfIdentity::kMailFrom,
          .client = IpAddress::Parse(Text(row.Find("host"))).value(),
          .helo = Text(row.Find("helo")),
          .sender = Text(row.Find("mailfrom"))};
}

void Check(const Json& row, const Zone& zone) {
  using Open = std::vector<Question>;
  SCOPED_TRACE(Text(row.Find("name")));
  const SpfRequest request = RequestOf(row);
  const Evaluated together = Evaluate(request, zone, [](Open open) { return open; });
  const auto is_it = [&](const Json& want) { return Text(&want) == Name(together.check.result); };
  EXPECT_TRUE(std::ranges::any_of(Items(row.Find("result")), is_it))
      << "got " << Name(together.check.result) << ' ' << Name(together.check.fault) << ' ' << together.check.term
      << " at " << together.check.domain;
  if (const Json* want = row.Find("explanation"); want && together.check.result == SpfResult::kFail) {
    EXPECT_EQ(together.check.explanation, Text(want) == "DEFAULT" ? "" : Text(want));
  }
  EXPECT_LE(together.questions, 60U);

  EXPECT_EQ(Evaluate(request, zone, [](Open open) { return Open{open.front()}; }).check, together.check);
  EXPECT_EQ(Evaluate(request, zone, [](Open open) { return Open{open.back()}; }).check, together.check);
  for (unsigned seed = 0; seed < 5; ++seed) {
    std::mt19937 random(seed);
    const auto some = [&random](Open open) {
      std::ranges::shuffle(open, random);
      open.resize(1 + random() % open.size());
      return open;
    };
    EXPECT_EQ(Evaluate(request, zone, some).check, together.check) << "seed " << seed;
  }
}

void CheckSuite(const std::string& name, std::size_t want_cases) {
  std::ifstream file(support::InSource("tests/data/spf/") + name);
  std::stringstream text;
  text << file.rdbuf();
  const auto suite = Json::Parse(text.str());
  ASSERT_TRUE(suite) << name;
  std::size_t cases = 0;
  for (const Json& group : Items(&*suite)) {
    SCOPED_TRACE(Text(group.Find("group")));
    const Zone zone(*group.Find("zone"));
    for (const Json& row : Items(group.Find("tests"))) {
      Check(row, zone);
      ++cases;
    }
  }
  EXPECT_EQ(cases, want_cases);
}

TEST(SpfSuite, Rfc7208) {
  CheckSuite("rfc7208.json", 110);
}

TEST(SpfSuite, Rfc4408) {
  CheckSuite("rfc4408.json", 105);
}

}  // namespace rules::suite_test
