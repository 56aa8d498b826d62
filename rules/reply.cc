#include "rules/reply.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <utility>
#include <vector>

#include "rules/outbound/outbound_reply.h"
#include "rules/signal_table.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

// A reply in the making, by what may be left out: values first, then the text of the reason, the client's address, and
// the text of the frame last; never what must stay whole.
struct Piece {
  enum class Kind : std::uint8_t { kValue, kReason, kAddress, kFrame, kWhole } kind = Kind::kFrame;
  std::string text;
};
using Pieces = std::vector<Piece>;

constexpr std::string_view kLeftOut = "...";
constexpr std::string_view kSpfHeader = "PREPEND Received-SPF:";

std::size_t Length(const Pieces& pieces) {
  std::size_t length = 0;
  for (const Piece& piece : pieces) length += piece.text.size();
  return length;
}

// A name without its end is another name: of one that is too long the last labels are kept, behind "...".
std::string Bounded(std::string_view text) {
  if (text.size() <= kMaxValue) return EscapeText(text, kMaxValue);
  std::string_view end = text.substr(text.size() - (kMaxValue - kLeftOut.size()));
  const std::size_t label = end.find_first_of(".@");
  if (label == std::string_view::npos) return std::string(kLeftOut);
  end.remove_prefix(end[label] == '.' ? label + 1 : label);
  return std::string(kLeftOut) + EscapeText(end, kMaxValue);
}

// The longest first.
void LeaveValuesOut(Pieces& pieces, std::size_t limit) {
  std::vector<Piece*> values;
  for (Piece& piece : std::views::reverse(pieces)) {
    if (piece.kind == Piece::Kind::kValue && piece.text.size() > kLeftOut.size()) values.push_back(&piece);
  }
  std::ranges::stable_sort(values, [](const Piece* a, const Piece* b) { return a->text.size() > b->text.size(); });
  for (Piece* piece : values) {
    if (Length(pieces) <= limit) return;
    piece->text = kLeftOut;
  }
}

// Words with the blank before each: as a piece, of the kind of the part that must stay most.  "(ref" stays with the
// reference behind it.
Pieces WordsOf(const Pieces& pieces) {
  Pieces words;
  for (const Piece& piece : pieces) {
    for (const char c : piece.text) {
      if (c == ' ' || words.empty()) words.push_back({Piece::Kind::kValue, {}});
      words.back().text += c;
      if (c != ' ') words.back().kind = std::max(words.back().kind, piece.kind);
    }
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].kind == Piece::Kind::kWhole && words[i - 1].text.starts_with(" (")) words[i - 1].kind = words[i].kind;
  }
  return words;
}

// Whole words are left out, of each kind the last first.
std::string Join(Pieces pieces, std::size_t limit) {
  LeaveValuesOut(pieces, limit);
  Pieces words = WordsOf(pieces);
  std::size_t length = Length(words);
  for (const auto kind : {Piece::Kind::kValue, Piece::Kind::kReason, Piece::Kind::kAddress, Piece::Kind::kFrame}) {
    for (Piece& word : std::views::reverse(words)) {
      if (length <= limit) break;
      if (word.kind == kind) length -= std::exchange(word.text, {}).size();
    }
  }
  std::string text;
  for (const Piece& word : words) text += word.text;
  return text;
}

const Signal* Heaviest(const Verdict& verdict) {
  return verdict.signals.empty() || verdict.signals.front().points <= Points{} ? nullptr : &verdict.signals.front();
}

const std::string& ReasonOf(const ReplyTexts& texts, const Verdict& verdict) {
  if (verdict.reason == Reason::kBlocklist) return texts.blocklist;
  const Signal* signal = Heaviest(verdict);
  return signal ? texts.*RowOf(signal->kind).text : texts.plain;
}

const std::string& FrameOf(const ReplyTexts& texts, Action action) {
  if (action == Action::kReject) return texts.reject;
  return action == Action::kGreylist ? texts.greylist : texts.defer;
}

// How long a client that is deferred stays so.
std::string_view UntilOf(const Verdict& verdict) {
  const Signal* signal = Heaviest(verdict);
  const bool is_list = signal && RowOf(signal->kind).family == SignalFamily::kList;
  if (is_list) return "until it is delisted";
  return verdict.entry || !signal ? "until the postmaster allows it" : "until this is mended";
}

struct Placeholder {
  std::string_view name;
  Piece piece;
};

std::string DomainSaid(const Request& request, const Signal* signal) {
  if (signal && RowOf(signal->kind).family == SignalFamily::kSpf) return signal->detail;
  return request.has_null_sender() ? request.helo_name : std::string(DomainOf(request.sender));
}

// Nothing where there is no page, or nothing to ask it for.
std::string WhyUrl(const Policy& policy, const std::string& reference) {
  const std::string& url = policy.reply.why_url;
  return url.empty() || reference.empty() ? std::string() : url + '/' + reference;
}

std::vector<Placeholder> Placeholders(const Policy& policy, const Request& request, const Verdict& verdict,
                                      const std::string& reference) {
  const Signal* signal = Heaviest(verdict);
  const auto value = [](std::string_view text) { return Piece{Piece::Kind::kValue, Bounded(text)}; };
  const auto whole = [](std::string text) { return Piece{Piece::Kind::kWhole, std::move(text)}; };
  const bool is_named = signal && !signal->name.empty();
  const auto wait = verdict.wait > seconds{0} ? verdict.wait : policy.greylist.delay;
  return {{"client", {Piece::Kind::kAddress, request.client ? request.client->ToString() : "unknown"}},
          {"name", value(is_named ? signal->name : verdict.name)},
          {"helo", value(request.helo_name)},
          {"sender", value(request.sender)},
          {"domain", value(DomainSaid(request, signal))},
          {"list", value(signal ? signal->detail : "")},
          {"ref", whole(reference)},
          {"seconds", whole(std::to_string(wait.count()))},
          {"minutes", whole(std::to_string(std::chrono::ceil<std::chrono::minutes>(wait).count()))},
          {"until", whole(std::string(UntilOf(verdict)))},
          {"hostname", value(policy.reply.hostname)},
          {"contact", {Piece::Kind::kFrame, policy.reply.contact}},
          {"why_url", whole(WhyUrl(policy, reference))}};
}

void AppendText(Pieces& pieces, Piece::Kind kind, std::string_view text) {
  // Beside a placeholder of which nothing is known one blank is enough.
  const bool has_blank = pieces.empty() || pieces.back().text.ends_with(' ');
  if (has_blank && text.starts_with(' ')) text.remove_prefix(1);
  if (!text.empty()) pieces.push_back({kind, std::string(text)});
}

// "text {name} text" with the placeholders replaced; unknown ones stay as they are.  `why` stands for {why}.
void Append(Pieces& pieces, Piece::Kind kind, std::string_view text, const std::vector<Placeholder>& placeholders,
            std::string_view why) {
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto known =
        std::find_if(placeholders.begin(), placeholders.end(), [&](const auto& p) { return p.name == name; });
    const bool is_known = known != placeholders.end();
    const bool is_reason = name == "why" && kind == Piece::Kind::kFrame;
    AppendText(pieces, kind, text.substr(0, is_known || is_reason ? open : close + 1));
    if (is_reason) Append(pieces, Piece::Kind::kReason, why, placeholders, {});
    if (is_known && !known->piece.text.empty()) pieces.push_back(known->piece);
    text.remove_prefix(close + 1);
    // The address of the page ends with the reference, also where somebody wrote that down.
    constexpr std::string_view kReference = "/{ref}";
    if (name == "why_url" && text.starts_with(kReference)) text.remove_prefix(kReference.size());
  }
  AppendText(pieces, kind, text);
}

// REQUIRES: `frame` begins with a status.
std::string WithText(std::string_view verb, char status, std::string_view frame, std::string_view why,
                     const std::vector<Placeholder>& placeholders) {
  const std::string_view code = frame.substr(0, frame.find(' '));
  Pieces pieces = {{Piece::Kind::kWhole, status + std::string(code.substr(1)) + ' '}};
  Append(pieces, Piece::Kind::kFrame, frame.substr(code.size()), placeholders, why);
  const std::string enhanced = pieces.front().text;
  const std::size_t room = kMaxReply - verb.size() - 1;
  std::string text = EscapeText(Join(std::move(pieces), room), room);
  while (text.ends_with(' ')) text.pop_back();
  // A frame of nothing but a reason that is not there.
  if (text.size() < enhanced.size()) text = enhanced + "Access denied";
  return std::string(verb) + ' ' + text;
}

// As many of the signals as there is room for, each whole.
std::string SignalsWithin(const std::vector<Signal>& signals, std::size_t room) {
  const std::string all = PrintSignals(signals);
  if (all.size() <= room) return all;
  if (room <= kLeftOut.size()) return {};
  const std::size_t end = all.rfind(',', room - kLeftOut.size() - 1);
  return (end == std::string::npos ? std::string() : all.substr(0, end + 1)) + std::string(kLeftOut);
}

std::string Header(const std::string& name, const Verdict& verdict, const std::string& reference) {
  const auto delayed = verdict.delayed();
  const std::string before = name + ": " + Name(verdict.action) + "; score=" + PrintScore(verdict.score) + "; signals=";
  const std::string behind =
      (delayed ? "; delayed=" + std::to_string(delayed->count()) : std::string()) + "; ref=" + reference;
  constexpr std::string_view kVerb = "PREPEND ";
  constexpr std::size_t kRoom = kMaxReply - kVerb.size();
  const std::size_t fixed = before.size() + behind.size();
  std::string header = before + SignalsWithin(verdict.signals, kRoom - std::min(kRoom, fixed)) + behind;
  for (const Decider& decider : DecidersOf(verdict)) {
    const std::string field = std::string("; ") + decider.key + '=' + decider.value;
    if (header.size() + field.size() <= kRoom) header += field;
  }
  return std::string(kVerb) + EscapeText(header, kRoom);
}

// RFC 7208, section 9.1.  A value in quotes, of printable ASCII alone.
std::string Quoted(std::string_view value) {
  return '"' + Bounded(value) + '"';
}

// Values that there is no room for are left out, the last first.
std::string ReceivedSpf(const Policy& policy, const Request& request, const SpfSeen& seen) {
  const bool is_helo = seen.identity == SpfIdentity::kHelo;
  std::string header = std::string(kSpfHeader) + ' ' + Name(seen.result) + " client-ip=" + request.client->ToString() +
                       "; identity=" + (is_helo ? "helo" : "mailfrom") + ';';
  for (const auto& [key, value] : {std::pair{" envelope-from=", &request.sender},
                                   {" helo=", &request.helo_name},
                                   {" receiver=", &policy.reply.hostname}}) {
    const std::string field = key + Quoted(*value) + ';';
    if (header.size() + field.size() <= kMaxReply) header += field;
  }
  header.pop_back();
  return header;
}

bool TakesHeader(ProtocolState state) {
  return state == ProtocolState::kMail || state == ProtocolState::kRcpt || state == ProtocolState::kData;
}

// Holds for every recipient of the message in Postfix.
bool IsMessageWide(Action action) {
  return action == Action::kHold || action == Action::kDiscard;
}

// A name from the configuration, without what separates signals.
std::string AsWord(std::string text) {
  std::ranges::replace_if(
      text,
      [](char c) { return c <= ' ' || c > '~' || std::string_view("[],;\"\\").find(c) != std::string_view::npos; },
      '_');
  return text;
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
    const bool rests_on_people = RowOf(signal.kind).family == SignalFamily::kList || signal.kind == SignalKind::kTable;
    if (rests_on_people && !signal.detail.empty()) text += '[' + AsWord(signal.detail) + ']';
  }
  return text;
}

std::vector<Decider> DecidersOf(const Verdict& verdict) {
  std::vector<Decider> deciders;
  if (verdict.spf) deciders.push_back({"spf", Name(verdict.spf->result)});
  if (verdict.outbound) deciders.push_back({"login", verdict.outbound->account});
  if (verdict.entry) deciders.push_back({"entry", verdict.entry->target.text});
  if (verdict.recipient_class) deciders.push_back({"class", *verdict.recipient_class});
  if (verdict.table_rule) deciders.push_back({"table", *verdict.table_rule});
  return deciders;
}

Action Answered(const Request& request, const Verdict& verdict, const MessageState& message) {
  if (NeedsOwnMessage(verdict, message)) {
    // Behind RCPT every recipient has its answer already.
    return request.state == ProtocolState::kRcpt ? Action::kDefer : Action::kPass;
  }
  const Action action = verdict.given();
  const bool cannot_tag = action == Action::kTag && !TakesHeader(request.state) && !message.has_header;
  return cannot_tag ? Action::kPass : action;
}

void NoteHeaders(std::string_view reply, MessageState& message) {
  const bool is_of_spf = reply.starts_with(kSpfHeader);
  message.has_spf_header |= is_of_spf;
  message.has_header |= !is_of_spf && reply.starts_with("PREPEND ");
}

bool NeedsOwnMessage(const Verdict& verdict, const MessageState& message) {
  const Action action = verdict.given();
  if (!message.first_let_in || TurnsAway(action)) return false;
  const auto wide = [](Action a) { return IsMessageWide(a) ? a : Action::kPass; };
  return wide(*message.first_let_in) != wide(action);
}

std::string FormatReply(const Policy& policy, const Request& request, const Verdict& verdict,
                        const std::optional<Reference>& reference, const MessageState& message) {
  const std::string shown = reference ? reference->ToString() : std::string();
  const auto with_text = [&](std::string_view verb, char status, std::string_view frame, std::string_view why) {
    return WithText(verb, status, frame, why, Placeholders(policy, request, verdict, shown));
  };
  // In the words of RFC 5321: at DATA and behind it nothing is permitted later that a deferral could wait for.
  const auto outgoing = [&] {
    const std::string frame = OutboundFrame(policy.reply, verdict);
    return with_text(frame.front() == '4' ? "450" : "550", frame.front(), frame, {});
  };
  const auto turned_away = [&](std::string_view verb, char status) {
    if (verdict.outbound) return outgoing();
    if (!verdict.table_text.empty()) return with_text(verb, status, verdict.table_text + " (ref {ref})", {});
    return with_text(verb, status, FrameOf(policy.reply, verdict.given()), ReasonOf(policy.reply, verdict));
  };
  if (NeedsOwnMessage(verdict, message)) {
    if (Answered(request, verdict, message) == Action::kPass) return "DUNNO";
    return with_text("DEFER_IF_PERMIT", '4', "4.5.3 Send to this recipient separately (ref {ref})", {});
  }
  // Of the two headers one has room in an answer: where both are due, the other waits for the next recipient.
  const auto spf_or_nothing = [&]() -> std::string {
    const bool is_due = policy.spf.header && verdict.spf && !message.has_spf_header && TakesHeader(request.state) &&
                        verdict.mode != Mode::kMonitor;
    return is_due ? ReceivedSpf(policy, request, *verdict.spf) : "DUNNO";
  };
  switch (verdict.given()) {
    case Action::kPass:
      // Monitor mode says nothing; elsewhere the header says how long the mail waited.
      if (!verdict.delayed() || verdict.mode == Mode::kMonitor) return spf_or_nothing();
      [[fallthrough]];
    case Action::kTag:
      if (message.has_header || !TakesHeader(request.state)) return spf_or_nothing();
      return Header(policy.reply.header, verdict, shown);
    case Action::kGreylist:
    case Action::kDefer:
      return turned_away("DEFER_IF_PERMIT", '4');
    case Action::kReject:
      return turned_away("REJECT", '5');
    case Action::kHold:
      return "HOLD (ref " + shown + ")";
    case Action::kDiscard:
      // Behind DISCARD Postfix asks for no further recipient and throws the mail of all away, postmaster's too.
      return "FILTER discard:" + shown;
  }
  return "DUNNO";
}

}  // namespace rules
