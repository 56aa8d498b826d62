#include "rules/tables/pattern_cost.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "rules/values/dns_name.h"

namespace rules {
namespace {

constexpr int kFirstNames = 6;  // build the states that most names need
constexpr int kNames = 3;       // are measured
constexpr int kTries = 5;
constexpr double kMostTimes = 8;  // the time of a pattern with a handful of states; one that explodes takes 50 and more
constexpr int kHarmlessSteps = 10;
constexpr std::string_view kUsual = "a1-.";

// The letters and digits that the pattern speaks of, and a few that are in most names.
std::string LettersOf(std::string_view pattern) {
  std::string letters(kUsual);
  const auto is_of_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::copy_if(pattern.begin(), pattern.end(), std::back_inserter(letters), is_of_name);
  std::sort(letters.begin(), letters.end());
  letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
  return letters;
}

// A search ends with the first match, so the names must not match: each lacks one letter after the other, or has hardly
// more than one.
std::vector<std::string> Alphabets(const std::string& letters) {
  std::vector<std::string> alphabets{letters};
  for (std::size_t i = 0; i < letters.size(); ++i) {
    alphabets.push_back(letters);
    alphabets.back().erase(i, 1);
    alphabets.push_back(std::string(kUsual.substr(1)) + letters[i] + letters[i]);
  }
  return alphabets;
}

// The number of places in the pattern that take exactly one of several letters: "[0-9]{5}." has six.  Each may double
// the number of states, so with few of them it cannot explode.
int FixedWideSteps(std::string_view pattern) {
  int steps = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_escape = pattern[i] == '\\' && i + 1 < pattern.size();
    if (is_escape) ++i;
    const bool is_wide = is_escape ? std::string_view("dDwWsS").find(pattern[i]) != std::string_view::npos
                                   : pattern[i] == '.' || pattern[i] == ']' || pattern[i] == ')';
    const std::string_view rest = pattern.substr(i + 1);
    const bool is_counted = rest.starts_with('{');
    if (is_counted) {
      const std::size_t last = rest.substr(0, rest.find('}')).find_last_of("{,") + 1;
      int count = 0;
      std::from_chars(rest.data() + last, rest.data() + rest.size(), count);
      steps += pattern[i] == ')' ? kHarmlessSteps * count : count;
    } else if (is_wide && pattern[i] != ')' && rest.find_first_of("*+") != 0) {
      ++steps;
    }
  }
  return steps;
}

// Random names, the same in each process.
class Names {
 public:
  explicit Names(std::string letters) : letters_(std::move(letters)) {}

  std::vector<std::string> Next(int count) {
    std::vector<std::string> names(static_cast<std::size_t>(count));
    for (std::string& name : names) {
      while (name.size() < kMaxHostName) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        name += letters_[(state_ >> 33U) % letters_.size()];
      }
    }
    return names;
  }

 private:
  const std::string letters_;
  std::uint64_t state_ = 1;
};

double TimeFor(const re2::RE2& expression, const std::vector<std::string>& names, const ProcessorClock& now) {
  const double begin = now();
  for (const std::string& name : names) re2::RE2::PartialMatch(name, expression);
  return now() - begin;
}

// The time for new names, the best of several tries: the machine may be busy.
double LeastTime(const re2::RE2& expression, Names& names, double enough, const ProcessorClock& now) {
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < kTries && least > enough; ++i) {
    TimeFor(expression, names.Next(kFirstNames), now);
    least = std::min(least, TimeFor(expression, names.Next(kNames), now));
  }
  return least;
}

// The time of a pattern that looks at every byte and needs few states.
double UsualTime(const ProcessorClock& now) {
  const re2::RE2 usual("[0-9]{5}zq$|[0-9]{5}zz");
  Names names{std::string(kUsual)};
  return LeastTime(usual, names, 0, now);
}

}  // namespace

std::int64_t MemoryFor(int steps) {
  constexpr std::int64_t kLeast = 1 << 20;
  constexpr std::int64_t kPerStep = 640;  // twenty states must fit, each with all steps
  return kLeast + kPerStep * steps;
}

std::optional<std::string> CostFault(const re2::RE2& expression, std::string_view pattern, const ProcessorClock& now) {
  if (FixedWideSteps(pattern) < kHarmlessSteps) return std::nullopt;
  const double most = kMostTimes * UsualTime(now);
  for (std::string& letters : Alphabets(LettersOf(pattern))) {
    Names names(std::move(letters));
    if (LeastTime(expression, names, most, now) <= most) continue;
    return "expected a regular expression with fewer states, got \"" + std::string(pattern) +
           "\": names could be made for which it takes very long (many fixed places for any letter behind one that may "
           "stand anywhere)";
  }
  return std::nullopt;
}

}  // namespace rules
