// Reads "tag=value; tag=value" (RFC 6376, section 3.2): DKIM keys and signatures, and the records of DMARC, MTA-STS,
// TLS-RPT and BIMI, which borrow the form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

// Each borrowed the form with changes of its own: where blanks may stand, and whether the case of names counts.
enum class TagForm : std::uint8_t { kDkim, kDmarc, kBimi, kTransport };  // kTransport: MTA-STS and TLS-RPT

class TagList {
 public:
  // Nothing where a part is no "tag=value" of this form, or a tag stands twice.  A ";" at the end is right.
  static std::optional<TagList> Parse(std::string_view text, TagForm form);

  // Null where there is none of this name.
  const std::string* Find(std::string_view name) const;
  // Empty where there is none.
  std::string Get(std::string_view name) const;

  // In the order of the text: values without the blanks around them, names of DMARC in lower case.
  const std::vector<std::pair<std::string, std::string>>& all() const { return tags_; }

 private:
  std::vector<std::pair<std::string, std::string>> tags_;
};

struct RecordVersion {
  std::string_view word;  // "DMARC1"; the case of its letters counts
  TagForm form;
};

// Does a record begin with this version, "v=DMARC1", and then end or go on with ";"?
bool HasVersion(std::string_view record, const RecordVersion& version);

// "mailto:a@x.example!10m, https://..." -> "mailto:a@x.example", "https://...": of rua= and ruf=, those with a scheme.
std::vector<std::string> ReportUris(std::string_view list);

}  // namespace rules
