#include "rules/reply.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rules/signal_table.h"

namespace rules {
namespace {

// A reply in the making: literal text, values that may be shortened, and what must stay whole.
struct Piece {
  enum class Kind : std::uint8_t { kLiteral, kValue, kWhole } kind = Kind::kLiteral;
  std::string text;
};
using Pieces = std::vector<Piece>;

std::size_t Length(const Pieces& pieces) {
  std::size_t length = 0;
  for (const Piece& piece : pieces) length += piece.text.size();
  return length;
}

// Shortens the longest values first, then the text from its end; never what must stay whole.
std::string Join(Pieces pieces, std::size_t limit) {
  const auto excess = [&] { return Length(pieces) > limit ? Length(pieces) - limit : 0; };
  const auto shorten = [&](Piece& piece) {
    piece.text.resize(piece.text.size() - std::min(piece.text.size(), excess()));
  };
  std::vector<Piece*> by_length;
  for (Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::kValue) by_length.push_back(&piece);
  }
  std::stable_sort(by_length.begin(), by_length.end(),
                   [](const Piece* a, const Piece* b) { return a->text.size() > b->text.size(); });
  for (Piece* piece : by_length) shorten(*piece);
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    const bool is_first = std::next(piece) == pieces.rend();
    if (piece->kind == Piece::Kind::kLiteral && !is_first) shorten(*piece);
  }
  std::string text;
  for (const Piece& piece : pieces) text += piece.text;
  return text;
}

const Signal* Heaviest(const Verdict& verdict) {
  return verdict.signals.empty() || verdict.signals.front().points <= Points{} ? nullptr : &verdict.signals.front();
}

std::string TextFor(const ReplyTexts& texts, const Verdict& verdict) {
  if (!verdict.table_text.empty()) return verdict.table_text + " (ref {ref})";
  if (verdict.reason == Reason::kBlocklist) return texts.blocklist;
  const Signal* signal = Heaviest(verdict);
  return signal ? texts.*RowOf(signal->kind).text : texts.greylist;
}

struct Placeholder {
  std::string_view name;
  Piece piece;
};

std::vector<Placeholder> Placeholders(const Policy& policy, const Request& request, const Verdict& verdict,
                                      const Reference& reference) {
  const Signal* signal = Heaviest(verdict);
  const auto value = [](std::string_view text) { return Piece{Piece::Kind::kValue, EscapeText(text, kMaxValue)}; };
  const bool is_named = signal && !signal->name.empty();
  const seconds wait = verdict.wait > seconds{0} ? verdict.wait : policy.greylist.delay;
  return {{"client", {Piece::Kind::kWhole, request.client ? request.client->ToString() : "unknown"}},
          {"name", value(is_named ? signal->name : verdict.name)},
          {"helo", value(request.helo_name)},
          {"sender", value(request.sender)},
          {"list", value(signal ? signal->detail : "")},
          {"ref", {Piece::Kind::kWhole, reference.ToString()}},
          {"seconds", {Piece::Kind::kWhole, std::to_string(wait.count())}},
          {"hostname", value(policy.reply.hostname)}};
}

// "text {name} text" with the placeholders replaced; unknown ones stay as they are.
void Append(Pieces& pieces, std::string_view text, const std::vector<Placeholder>& placeholders) {
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto known =
        std::find_if(placeholders.begin(), placeholders.end(), [&](const auto& p) { return p.name == name; });
    const bool is_known = known != placeholders.end();
    pieces.push_back({Piece::Kind::kLiteral, std::string(text.substr(0, is_known ? open : close + 1))});
    if (is_known) pieces.push_back(known->piece);
    text.remove_prefix(close + 1);
  }
  pieces.push_back({Piece::Kind::kLiteral, std::string(text)});
}

std::string WithText(std::string_view verb, char status, std::string_view text,
                     const std::vector<Placeholder>& placeholders) {
  Pieces pieces = {{Piece::Kind::kWhole, std::string(verb) + ' ' + status}};
  Append(pieces, text.substr(std::min<std::size_t>(1, text.size())), placeholders);
  return EscapeText(Join(std::move(pieces), kMaxReply), kMaxReply);
}

std::string Header(const Verdict& verdict, const Reference& reference) {
  const auto delayed = verdict.delayed();
  const std::string delay = delayed ? "; delayed=" + std::to_string(delayed->count()) : "";
  return Join({{Piece::Kind::kWhole, std::string("PREPEND X-Sekimori: ") + Name(verdict.action)},
               {Piece::Kind::kWhole, "; score=" + PrintScore(verdict.score) + "; signals="},
               {Piece::Kind::kValue, PrintSignals(verdict.signals)},
               {Piece::Kind::kWhole, delay + "; ref=" + reference.ToString()}},
              kMaxReply);
}

bool TakesHeader(ProtocolState state) {
  return state == ProtocolState::kMail || state == ProtocolState::kRcpt || state == ProtocolState::kData;
}

// Holds for every recipient of the message in Postfix.
bool IsMessageWide(Action action) {
  return action == Action::kHold || action == Action::kDiscard;
}

// A class, or an entry about the recipient: other recipients of the message may be treated otherwise.
bool RestsOnRecipient(const Verdict& verdict) {
  if (!verdict.entry) return !verdict.recipient_class.empty();
  return verdict.entry->target.kind == Target::Kind::kRecipient ||
         verdict.entry->target.kind == Target::Kind::kRecipientDomain;
}

}  // namespace

std::string EscapeText(std::string_view text, std::size_t limit) {
  std::string safe(text.substr(0, limit));
  for (char& c : safe) {
    const bool is_safe = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    if (!is_safe) c = '?';
  }
  return safe;
}

std::string PrintSignals(const std::vector<Signal>& signals) {
  std::string text;
  for (const Signal& signal : signals) {
    if (!text.empty()) text += ',';
    text += Name(signal.kind);
    text += ':';
    text += PrintPoints(signal.points);
  }
  return text;
}

bool NeedsOwnMessage(const Verdict& verdict, const MessageState& message) {
  const Action action = verdict.given();
  if (!message.first_let_in || TurnsAway(action)) return false;
  const auto wide = [](Action a) { return IsMessageWide(a) ? a : Action::kPass; };
  return wide(*message.first_let_in) != wide(action);
}

std::string FormatReply(const Policy& policy, const Request& request, const Verdict& verdict,
                        const Reference& reference, const MessageState& message) {
  const auto with_text = [&](std::string_view verb, char status, std::string_view text) {
    return WithText(verb, status, text, Placeholders(policy, request, verdict, reference));
  };
  if (NeedsOwnMessage(verdict, message)) {
    // Behind RCPT every recipient has its answer already.
    if (request.state != ProtocolState::kRcpt) return "DUNNO";
    return with_text("DEFER_IF_PERMIT", '4', "4.5.3 Send to this recipient separately (ref {ref})");
  }
  switch (verdict.given()) {
    case Action::kPass:
      // Monitor mode says nothing; elsewhere whoever waited for this mail sees how long.
      if (!verdict.delayed() || verdict.mode == Mode::kMonitor) return "DUNNO";
      [[fallthrough]];
    case Action::kTag:
      return message.has_header || !TakesHeader(request.state) ? "DUNNO" : Header(verdict, reference);
    case Action::kGreylist:
    case Action::kDefer:
      return with_text("DEFER_IF_PERMIT", '4', TextFor(policy.reply, verdict));
    case Action::kReject:
      return with_text("REJECT", '5', TextFor(policy.reply, verdict));
    case Action::kHold:
      return "HOLD (ref " + reference.ToString() + ")";
    case Action::kDiscard:
      // Behind DISCARD Postfix asks for no further recipient, and throws the mail of all away.
      if (RestsOnRecipient(verdict)) return "FILTER discard:" + reference.ToString();
      return "DISCARD (ref " + reference.ToString() + ")";
  }
  return "DUNNO";
}

}  // namespace rules
