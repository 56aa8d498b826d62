// The text format of Prometheus 0.0.4, as the daemon's /metrics gives it.  Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policyd::admin {

struct Sample {
  std::string name;
  std::map<std::string, std::string, std::less<>> labels;
  double value = 0;

  std::string_view Label(std::string_view label) const;  // empty where it has none
};

class Samples {
 public:
  // Lines that cannot be read are left out.
  static Samples Parse(std::string_view text);

  std::vector<const Sample*> Of(std::string_view name) const;
  // The value of the first of this name, or the sum of all.
  std::optional<double> First(std::string_view name) const;
  double Sum(std::string_view name) const;
  // Sums by the value of a label.
  std::map<std::string, double> By(std::string_view name, std::string_view label) const;

 private:
  std::vector<Sample> samples_;
};

}  // namespace policyd::admin
