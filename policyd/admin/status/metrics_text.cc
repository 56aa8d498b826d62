// sample = name [ "{" [ label *( "," label ) ] "}" ] blank value [ blank timestamp ]
// label  = name "=" DQUOTE *( char / "\\" / "\"" / "\n" ) DQUOTE
#include "policyd/admin/status/metrics_text.h"
#include "rules/values/ascii.h"

#include <charconv>

namespace policyd::admin {
namespace {

// Takes the labels up to "}" off the front; nothing where they do not end.
bool TakeLabels(std::string_view& text, Sample& sample) {
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '}') {
    const std::size_t equals = text.find("=\"");
    if (equals == std::string_view::npos) return false;
    std::string& value = sample.labels[std::string(text.substr(0, equals))];
    text.remove_prefix(equals + 2);
    while (!text.empty() && text.front() != '"') {
      const bool is_escaped = text.front() == '\\' && text.size() > 1;
      const char c = is_escaped ? text[1] : text.front();
      value += is_escaped && c == 'n' ? '\n' : c;
      text.remove_prefix(is_escaped ? 2 : 1);
    }
    if (text.empty()) return false;
    text.remove_prefix(1);
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Sample> ParseLine(std::string_view line) {
  if (line.empty() || line.front() == '#') return std::nullopt;
  Sample sample;
  const std::size_t end = line.find_first_of("{ ");
  if (end == std::string_view::npos) return std::nullopt;
  sample.name = line.substr(0, end);
  line.remove_prefix(end);
  if (line.front() == '{' && !TakeLabels(line, sample)) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto read = std::from_chars(line.data(), line.data() + line.size(), sample.value);
  if (read.ec != std::errc()) return std::nullopt;
  return sample;
}

}  // namespace

std::string_view Sample::Label(std::string_view label) const {
  const auto found = labels.find(label);
  return found == labels.end() ? std::string_view() : found->second;
}

Samples Samples::Parse(std::string_view text) {
  Samples samples;
  rules::ForEachLine(text, [&samples](std::string_view line) {
    if (auto sample = ParseLine(line)) samples.samples_.push_back(*std::move(sample));
  });
  return samples;
}

std::vector<const Sample*> Samples::Of(std::string_view name) const {
  std::vector<const Sample*> found;
  for (const Sample& sample : samples_) {
    if (sample.name == name) found.push_back(&sample);
  }
  return found;
}

std::optional<double> Samples::First(std::string_view name) const {
  const auto found = Of(name);
  return found.empty() ? std::nullopt : std::optional(found.front()->value);
}

double Samples::Sum(std::string_view name) const {
  double sum = 0;
  for (const Sample* sample : Of(name)) sum += sample->value;
  return sum;
}

std::map<std::string, double> Samples::By(std::string_view name, std::string_view label) const {
  std::map<std::string, double> sums;
  for (const Sample* sample : Of(name)) {
    if (sample->value != 0) sums[std::string(sample->Label(label))] += sample->value;
  }
  return sums;
}

}  // namespace policyd::admin
