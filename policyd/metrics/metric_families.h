// Families of metrics made anew at each look at /metrics, from values that somebody else keeps.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "policyd/metrics/metrics.h"

namespace policyd::metrics {

struct LabelledValue {
  std::vector<prometheus::ClientMetric::Label> labels;
  double value = 0;
};

prometheus::MetricFamily GaugeFamily(const char* name, const char* help, std::vector<LabelledValue> values);
prometheus::MetricFamily CounterFamily(const char* name, const char* help, std::vector<LabelledValue> values);

std::vector<prometheus::MetricFamily> FamiliesOf(const Gauges& gauges);

}  // namespace policyd::metrics
