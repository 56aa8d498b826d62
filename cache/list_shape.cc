// number is that of cache/bytes.h.
//
//   shape = version generation pattern-generation (list kind count)* 0 (list family prefix count)* 0
//
// list, kind, family (4 or 6) and prefix are bytes, the others numbers.
#include "cache/list_shape.h"

#include <algorithm>

#include "cache/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kVersion = 1;

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

void Count(std::uint64_t& count, int by) {
  if (by > 0) {
    ++count;
  } else if (count > 0) {
    --count;
  }
}

}  // namespace

bool ListShape::has_name_entries() const {
  return has(rules::Target::Kind::kHost) || has(rules::Target::Kind::kDomain) || has(rules::Target::Kind::kPattern);
}

void ListShape::Change(rules::ListKind list, const rules::Target& target, int by) {
  ++generation;
  if (target.kind == rules::Target::Kind::kPattern) ++pattern_generation;
  Count(counts[static_cast<std::size_t>(list) - 1][static_cast<std::size_t>(target.kind)], by);
  if (target.kind != rules::Target::Kind::kNetwork) return;

  const rules::Network network = target.network();
  const PrefixCount wanted{
      .list = list, .is_v4 = network.base().is_v4(), .prefix = static_cast<std::uint8_t>(network.prefix()), .count = 0};
  auto found = std::find_if(prefixes.begin(), prefixes.end(), [&](const PrefixCount& in_use) {
    return in_use.list == wanted.list && in_use.is_v4 == wanted.is_v4 && in_use.prefix == wanted.prefix;
  });
  if (found == prefixes.end()) found = prefixes.insert(found, wanted);
  Count(found->count, by);
  if (found->count == 0) prefixes.erase(found);
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
  }
  return shape;
}

std::string EncodeShape(const ListShape& shape) {
  ByteWriter writer;
  writer.Byte(kVersion);
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
  return writer.Take();
}

std::optional<ListShape> DecodeShape(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kVersion) return std::nullopt;
  ListShape shape;
  shape.generation = reader.Number();
  shape.pattern_generation = reader.Number();
  while (const std::uint8_t list = reader.Byte()) {
    const std::uint8_t kind = reader.Byte();
    if (list > 2 || kind < 1 || kind >= ListShape::kKinds) return std::nullopt;
    shape.counts[list - 1U][kind] = reader.Number();
  }
  while (const std::uint8_t list = reader.Byte()) shape.prefixes.push_back(ReadPrefixCount(reader, list));
  if (!reader.Finish()) return std::nullopt;
  return shape;
}

}  // namespace cache
