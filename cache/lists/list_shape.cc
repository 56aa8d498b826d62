// number is that of cache/lmdb/bytes.h.
//
//   shape = version generation pattern-generation (list kind count)* 0 (list family prefix count)* 0
//           (list labels count)* 0
//
// list, kind, family (4 or 6), prefix and labels are bytes, the others numbers.
#include "cache/lists/list_shape.h"

#include <algorithm>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kShapeVersion = 2;
constexpr int kMostLabels = 127;  // of a name of 253 characters

ListShape::PrefixCount ReadPrefixCount(ByteReader& reader, std::uint8_t list) {
  ListShape::PrefixCount in_use;
  if (list > 2) reader.Refuse();
  in_use.list = static_cast<rules::ListKind>(list);
  const std::uint8_t family = reader.Byte();
  if (family != 4 && family != 6) reader.Refuse();
  in_use.is_v4 = family == 4;
  in_use.prefix = reader.Byte();
  if (in_use.prefix > (in_use.is_v4 ? 32 : 128)) reader.Refuse();
  in_use.count = reader.Number();
  return in_use;
}

ListShape::LabelCount ReadLabelCount(ByteReader& reader, std::uint8_t list) {
  ListShape::LabelCount in_use;
  if (list > 2) reader.Refuse();
  in_use.list = static_cast<rules::ListKind>(list);
  in_use.labels = reader.Byte();
  in_use.count = reader.Number();
  return in_use;
}

// REQUIRES: a kDomain target.
std::uint8_t LabelsOf(const rules::Target& domain) {
  return static_cast<std::uint8_t>(std::count(domain.text.begin(), domain.text.end(), '.'));
}

void Count(std::uint64_t& count, int by) {
  if (by > 0) {
    ++count;
  } else if (count > 0) {
    --count;
  }
}

// Adds to the count of the element that equals `wanted`, or takes from it; `is_same` compares all but the count.
template <class InUse, class IsSame>
void Count(std::vector<InUse>& all, const InUse& wanted, int by, IsSame is_same) {
  auto found = std::find_if(all.begin(), all.end(), [&](const InUse& in_use) { return is_same(in_use, wanted); });
  if (found == all.end()) found = all.insert(found, wanted);
  Count(found->count, by);
  if (found->count == 0) all.erase(found);
}

}  // namespace

bool ListShape::may_hold(rules::ListKind list, const rules::Target& target) const {
  if (target.kind != rules::Target::Kind::kDomain) return count(list, target.kind) > 0;
  const std::uint8_t wanted = LabelsOf(target);
  return std::any_of(labels.begin(), labels.end(),
                     [&](const LabelCount& in_use) { return in_use.list == list && in_use.labels == wanted; });
}

bool ListShape::has_name_entries() const {
  return has(rules::Target::Kind::kHost) || has(rules::Target::Kind::kDomain) || has(rules::Target::Kind::kPattern);
}

void ListShape::Change(rules::ListKind list, const rules::Target& target, int by) {
  ++generation;
  if (target.kind == rules::Target::Kind::kPattern) ++pattern_generation;
  Count(counts[static_cast<std::size_t>(list) - 1][static_cast<std::size_t>(target.kind)], by);
  if (target.kind == rules::Target::Kind::kNetwork) {
    const rules::Network network = target.network();
    const PrefixCount wanted{.list = list,
                             .is_v4 = network.base().is_v4(),
                             .prefix = static_cast<std::uint8_t>(network.prefix()),
                             .count = 0};
    Count(prefixes, wanted, by, [](const PrefixCount& a, const PrefixCount& b) {
      return a.list == b.list && a.is_v4 == b.is_v4 && a.prefix == b.prefix;
    });
  } else if (target.kind == rules::Target::Kind::kDomain) {
    Count(labels, LabelCount{.list = list, .labels = LabelsOf(target), .count = 0}, by,
          [](const LabelCount& a, const LabelCount& b) { return a.list == b.list && a.labels == b.labels; });
  }
}

ListShape ListShape::Everything() {
  ListShape shape;
  for (auto& list : shape.counts) list.fill(1);
  for (const rules::ListKind list : {rules::ListKind::kWhitelist, rules::ListKind::kBlocklist}) {
    for (const bool is_v4 : {true, false}) {
      for (int prefix = 0; prefix <= (is_v4 ? 32 : 128); ++prefix) {
        shape.prefixes.push_back(
            {.list = list, .is_v4 = is_v4, .prefix = static_cast<std::uint8_t>(prefix), .count = 1});
      }
    }
    for (int labels = 1; labels <= kMostLabels; ++labels) {
      shape.labels.push_back({.list = list, .labels = static_cast<std::uint8_t>(labels), .count = 1});
    }
  }
  return shape;
}

std::string EncodeShape(const ListShape& shape) {
  ByteWriter writer;
  writer.Byte(kShapeVersion);
  writer.Number(shape.generation);
  writer.Number(shape.pattern_generation);
  for (std::uint8_t list = 1; list <= 2; ++list) {
    for (std::uint8_t kind = 1; kind < ListShape::kKinds; ++kind) {
      const std::uint64_t count = shape.counts[list - 1U][kind];
      if (count == 0) continue;
      writer.Byte(list);
      writer.Byte(kind);
      writer.Number(count);
    }
  }
  writer.Byte(0);
  for (const ListShape::PrefixCount& in_use : shape.prefixes) {
    writer.Byte(static_cast<std::uint8_t>(in_use.list));
    writer.Byte(in_use.is_v4 ? 4 : 6);
    writer.Byte(in_use.prefix);
    writer.Number(in_use.count);
  }
  writer.Byte(0);
  for (const ListShape::LabelCount& in_use : shape.labels) {
    writer.Byte(static_cast<std::uint8_t>(in_use.list));
    writer.Byte(in_use.labels);
    writer.Number(in_use.count);
  }
  writer.Byte(0);
  return writer.Take();
}

std::optional<ListShape> DecodeShape(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kShapeVersion) return std::nullopt;
  ListShape shape;
  shape.generation = reader.Number();
  shape.pattern_generation = reader.Number();
  while (const std::uint8_t list = reader.Byte()) {
    const std::uint8_t kind = reader.Byte();
    if (list > 2 || kind < 1 || kind >= ListShape::kKinds) return std::nullopt;
    shape.counts[list - 1U][kind] = reader.Number();
  }
  while (const std::uint8_t list = reader.Byte()) shape.prefixes.push_back(ReadPrefixCount(reader, list));
  while (const std::uint8_t list = reader.Byte()) shape.labels.push_back(ReadLabelCount(reader, list));
  if (!reader.Finish()) return std::nullopt;
  return shape;
}

}  // namespace cache
