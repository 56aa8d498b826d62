#include "tests/bench/settings.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bench {

Settings::Settings(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    values_[argument.substr(0, equals)] = equals == std::string::npos ? "" : argument.substr(equals + 1);
  }
}

std::string Settings::Text(const std::string& name, const std::string& otherwise) {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  std::string value = found->second;
  values_.erase(found);
  return value;
}

double Settings::Number(const std::string& name, double otherwise) {
  const std::string text = Text(name, "");
  return text.empty() ? otherwise : std::strtod(text.c_str(), nullptr);
}

std::vector<std::string> Settings::List(const std::string& name) {
  const std::string text = Text(name, "");
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

void Settings::Finish() const {
  if (values_.empty()) return;
  std::fprintf(stderr, "%s: no such argument\n", values_.begin()->first.c_str());
  std::exit(64);
}

}  // namespace bench
