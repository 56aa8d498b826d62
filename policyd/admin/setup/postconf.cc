// parameter = "name = value"
// service   = name type private unpriv chroot wakeup maxproc command     fields between blanks, as in master.cf(5)
// override  = "name/type/parameter = value"
#include "policyd/admin/setup/postconf.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "policyd/admin/import/foreign_program.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kBetweenFields = " \t\r\n";

// The words between any of `separators`; what stands in { } is one.
std::vector<std::string> Words(std::string_view text, std::string_view separators) {
  std::vector<std::string> words;
  std::string word;
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth > 0 || separators.find(c) == std::string_view::npos) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::optional<PostfixService> ReadService(std::string_view line) {
  constexpr std::array<std::string_view, 5> kTypes{"inet", "unix", "fifo", "pass", "unix-dgram"};
  const std::vector<std::string> fields = Words(line, kBetweenFields);
  constexpr std::size_t kFields = 8;
  if (fields.size() < kFields || std::find(kTypes.begin(), kTypes.end(), fields[1]) == kTypes.end())
    return std::nullopt;
  // Postfix's default for a chroot has been "n" since 3.0.
  return PostfixService{.name = fields[0], .type = fields[1], .is_chrooted = fields[4] == "y", .program = fields[7]};
}

void ReadValue(std::string_view line, Postconf& postconf) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string name(rules::WithoutBlanks(line.substr(0, equals)));
  const std::string value(rules::WithoutBlanks(line.substr(equals + 1)));
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) {
    if (name.find_first_of(kBetweenFields) == std::string::npos) postconf.parameters[name] = value;
    return;
  }
  for (PostfixService& service : postconf.services) {
    if (name.substr(0, slash) == service.name + "/" + service.type) service.overrides[name.substr(slash + 1)] = value;
  }
}

bool TakesArgument(std::string_view name) {
  constexpr std::array<std::string_view, 8> kOthers{
      "reject_rbl_client",      "reject_rhsbl_client", "reject_rhsbl_sender", "sleep",
      "reject_rhsbl_recipient", "permit_rhswl_client", "permit_dnswl_client", "reject_rhsbl_reverse_client"};
  const bool is_check = name.starts_with("check_") && name != "check_relay_domains";
  return is_check || name == "reject_rhsbl_helo" || std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end();
}

std::string_view WithoutBraces(std::string_view text) {
  text = rules::WithoutBlanks(text);
  if (text.starts_with('{') && text.ends_with('}')) text = rules::WithoutBlanks(text.substr(1, text.size() - 2));
  return text;
}

}  // namespace

const std::string& Postconf::Get(const std::string& parameter) const {
  static const std::string kNone;
  const auto found = parameters.find(parameter);
  return found == parameters.end() ? kNone : found->second;
}

Postconf ReadPostconf(std::string_view text) {
  Postconf postconf;
  // A value that goes on begins its next line with a blank, as in main.cf itself.
  std::vector<std::string> lines;
  for (const std::string_view line : rules::SplitLines(text)) {
    if (rules::WithoutBlanks(line).empty() || line.starts_with('#')) continue;
    const bool goes_on = kBetweenFields.find(line.front()) != std::string_view::npos && !lines.empty();
    if (goes_on) {
      lines.back().append(" ").append(rules::WithoutBlanks(line));
    } else {
      lines.emplace_back(line);
    }
  }
  for (const std::string& line : lines) {
    if (auto service = ReadService(line)) postconf.services.push_back(*std::move(service));
  }
  for (const std::string& line : lines) {
    if (!ReadService(line)) ReadValue(line, postconf);
  }
  return postconf;
}

rules::Result<Postconf> ReadWholePostconf(std::string_view text) {
  Postconf postconf = ReadPostconf(text);
  if (!postconf.parameters.empty()) return postconf;
  return rules::Error{"expected what `postconf` prints, lines \"name = value\", got none"};
}

rules::Result<std::string> AskPostconf() {
  std::string all;
  for (const char* option : {"-x", "-M", "-P"}) {
    const auto words = [option](const std::string&) { return std::vector<std::string>{"/usr/sbin/postconf", option}; };
    auto text = OutputOf({.words = words, .package = "postfix"});
    if (!text) return text;
    all += *text;
  }
  return all;
}

std::vector<Restriction> SplitRestrictions(std::string_view list) {
  const std::vector<std::string> words = Words(list, ", \t\r\n");
  std::vector<Restriction> restrictions;
  bool only_warns = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    Restriction restriction{.name = words[i], .argument = {}, .text = words[i], .only_warns = only_warns};
    std::transform(restriction.name.begin(), restriction.name.end(), restriction.name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // It stands for the next one alone (postconf(5)), so that the two must not be parted.
    if (restriction.name == "warn_if_reject" && i + 1 < words.size()) {
      only_warns = true;
      continue;
    }
    if (std::exchange(only_warns, false)) restriction.text.insert(0, "warn_if_reject ");
    if (TakesArgument(restriction.name) && i + 1 < words.size()) {
      restriction.argument = words[++i];
      restriction.text += " " + restriction.argument;
    }
    restrictions.push_back(std::move(restriction));
  }
  return restrictions;
}

std::string PolicyServer(const Restriction& restriction) {
  const std::vector<std::string> parts = Words(WithoutBraces(restriction.argument), ", \t\r\n");
  return parts.empty() ? std::string() : parts.front();
}

}  // namespace policyd::admin
