#include "policyd/serve/worker.h"

#include <unistd.h>

#include <algorithm>

#include "policyd/serve/verdict_log.h"
#include "rules/values/nat64.h"

namespace policyd::serve {
namespace {

constexpr std::chrono::milliseconds kLongTurn{2};
constexpr int kTurnsKept = 100;
constexpr rules::seconds kHitsHandedOver{1};
constexpr std::chrono::milliseconds kDrainStep{10};
constexpr std::chrono::milliseconds kAnswerWhileDraining{500};
constexpr std::chrono::seconds kReadFailureLogged{10};

}  // namespace

Worker::Worker(std::uint32_t number, WorkerContext context)
    : number_(number),
      context_(std::move(context)),
      config_(context_.config),
      health_(context_.health),
      log_(context_.log),
      counts_(context_.metrics.NewRequestCounts()),
      store_reader_(context_.stores, &counts_),
      shadows_(context_.stores, *this, counts_) {
  incoming_ = std::make_unique<LoopQueue<Event>>(loop_.get(), [this](Event& event) { OnEvent(event); });
  wake_timer_ = std::make_unique<Timer>(loop_.get(), [this] { OnWake(); });
  drain_timer_ = std::make_unique<Timer>(loop_.get(), [this] { GoOnDraining(); });
  before_sleep_ = std::make_unique<UvHandle<uv_prepare_t>>(
      [this](uv_prepare_t* prepare) { return uv_prepare_init(loop_.get(), prepare); });
  before_sleep_->set_callback([this] { BeforeSleep(); });
  uv_prepare_start(before_sleep_->get(), UvHandle<uv_prepare_t>::Fire);
  look_again_ =
      std::make_unique<UvHandle<uv_idle_t>>([this](uv_idle_t* idle) { return uv_idle_init(loop_.get(), idle); });
  thread_ = std::thread([this] { loop_.Run(); });
}

void Worker::Give(int fd) {
  ++connections_;
  incoming_->Post(Connection{fd});
}

void Worker::Deliver(dns::LookupAnswer answer) {
  incoming_->Post(std::move(answer));
}

void Worker::Written(std::uint64_t inquiry, bool is_durable) {
  incoming_->Post(Durable{inquiry, is_durable});
}

void Worker::Tick() {
  incoming_->Post(TickNow{});
}

void Worker::Drain() {
  incoming_->Post(DrainNow{});
}

void Worker::End() {
  incoming_->Post(EndNow{});
}

void Worker::OnEvent(Event& event) {
  if (const auto* connection = std::get_if<Connection>(&event)) {
    auto session = std::make_unique<Session>(loop_.get(), connection->fd, *this);
    Session* key = session.get();
    sessions_.emplace(key, std::move(session));
    if (is_draining_) key->Drain();
  } else if (auto* answer = std::get_if<dns::LookupAnswer>(&event)) {
    OnAnswer(*answer);
  } else if (const auto* durable = std::get_if<Durable>(&event)) {
    Bring(durable->inquiry, [durable](Inquiry& inquiry) { inquiry.Written(durable->is_durable); });
  } else if (std::holds_alternative<TickNow>(event)) {
    OnTick();
  } else {
    is_ending_ |= std::holds_alternative<EndNow>(event);
    StartDraining();
  }
}

// The answers about a client come close together: one evaluation hears them all.
void Worker::OnAnswer(dns::LookupAnswer& answer) {
  const std::uint64_t number = answer.waiter.inquiry;
  if (Shadows::IsShadow(number)) {
    return shadows_.Bring(number, [&answer](Inquiry& inquiry) { inquiry.Answer(answer.question, answer.fact); });
  }
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return;
  const bool is_news = found->second->inquiry().Hear(std::move(answer.question), std::move(answer.fact));
  const bool is_noted = !answered_.empty() && answered_.back() == number;
  if (is_news && !is_noted) answered_.push_back(number);
}

void Worker::Bring(std::uint64_t inquiry, const std::function<void(Inquiry&)>& act) {
  if (Shadows::IsShadow(inquiry)) return shadows_.Bring(inquiry, act);
  const auto found = waiting_.find(inquiry);
  if (found == waiting_.end()) return;
  Session* session = found->second;
  act(session->inquiry());
  session->Resume();
}

void Worker::OnWake() {
  const Deadline now = std::chrono::steady_clock::now();
  while (!wakes_.empty() && wakes_.begin()->first <= now) {
    const std::uint64_t inquiry = wakes_.begin()->second;
    wakes_.erase(wakes_.begin());
    Bring(inquiry, [now](Inquiry& due) { due.OnTime(now); });
  }
  if (wakes_.empty()) return;
  wake_timer_->Start(std::chrono::ceil<std::chrono::milliseconds>(wakes_.begin()->first - now));
}

void Worker::OnTick() {
  ++turns_;
  const rules::TimePoint wall_now = context_.clock.Now();
  const bool is_due = wall_now < hits_.since || wall_now - hits_.since >= kHitsHandedOver;
  if (is_due) HandOverHits(wall_now);
  TellClean();
  const Deadline now = std::chrono::steady_clock::now();
  for (Session* session : Sessions()) session->CheckPatience(now);
  ReleaseWaiting();
  LogReadFailure(now);
}

void Worker::BeforeSleep() {
  for (const std::uint64_t number : std::exchange(answered_, {})) {
    Bring(number, [](Inquiry& inquiry) { inquiry.Advance(); });
  }
  gone_.clear();
  shadows_.BeforeSleep();
  store_reader_.Reset();
  if (context_.stores.lists().TakePatternChange()) CompilePatterns();
  log_.HandOver();
  EndIfDrained();
  const bool is_busy = std::exchange(asked_, 0) > 1;
  if (is_busy) {
    LetOthersAsk();
    uv_idle_start(look_again_->get(), [](uv_idle_t*) {});
  } else {
    uv_idle_stop(look_again_->get());
  }
}

// Whoever waits for this core runs now, Postfix's processes among them, and what they ask is found without a sleep: to
// be woken costs more.  Where somebody takes the core for long, who asks meanwhile would only wait: not so soon again.
void Worker::LetOthersAsk() {
  if (turns_kept_ > 0) {
    --turns_kept_;
    return;
  }
  const Deadline began = std::chrono::steady_clock::now();
  std::this_thread::yield();
  if (std::chrono::steady_clock::now() - began > kLongTurn) turns_kept_ = kTurnsKept;
}

void Worker::CompilePatterns() {
  RunApart(loop_.get(), [&stores = context_.stores] {
    cache::ReadTransaction snapshot(stores.lists_environment());
    stores.lists().CompilePatterns(snapshot);
  });
}

void Worker::StartDraining() {
  if (std::exchange(is_draining_, true)) return;
  std::vector<std::uint64_t> under_way;
  for (const auto& [number, session] : waiting_) under_way.push_back(number);
  for (Session* session : Sessions()) session->Drain();
  for (const std::uint64_t number : under_way) {
    Bring(number, [](Inquiry& inquiry) { inquiry.CloseQuestions(); });
  }
  drain_timer_->Start(kDrainStep, kDrainStep);
}

void Worker::GoOnDraining() {
  const Deadline now = std::chrono::steady_clock::now();
  for (Session* session : Sessions()) session->CheckDrained(now);
}

// Nobody waits in vain for a commit that does not come.
void Worker::ReleaseWaiting() {
  if (!context_.writer_is_stuck || !context_.writer_is_stuck()) return;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, session] : waiting_) numbers.push_back(number);
  for (const std::uint64_t number : numbers) {
    Bring(number, [](Inquiry& inquiry) { inquiry.Written(false); });
  }
}

std::vector<Session*> Worker::Sessions() const {
  std::vector<Session*> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [session, owner] : sessions_) sessions.push_back(session);
  return sessions;
}

void Worker::LogReadFailure(Deadline now) {
  const auto failure = store_reader_.TakeFailure();
  if (!failure || (read_failure_logged_ && now - *read_failure_logged_ < kReadFailureLogged)) return;
  read_failure_logged_ = now;
  log_.Line(LogLevel::kError, "store_read_failed").Field("error", *failure);
}

void Worker::EndIfDrained() {
  if (!is_ending_ || !sessions_.empty()) return;
  HandOverHits(context_.clock.Now());
  loop_.Stop();
}

void Worker::Ask(std::uint64_t inquiry, const rules::IpAddress& client, const rules::Question& question, Deadline by) {
  TellClean();  // an answer about one who was clean before finds him told of
  context_.ask(
      {.waiter = {.worker = number_, .inquiry = inquiry}, .client = client, .question = question, .deadline = by});
}

bool Worker::Record(cache::RecordWrite write) {
  if (write.ticket) write.ticket->waiter = number_;
  return context_.record(std::move(write));
}

void Worker::WakeAt(std::uint64_t inquiry, Deadline when) {
  const bool is_first = wakes_.empty() || when < wakes_.begin()->first;
  wakes_.emplace(when, inquiry);
  if (!is_first) return;
  wake_timer_->Start(std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now()));
}

void Worker::Begin(std::optional<Inquiry>& inquiry, rules::Request& request, MailContext& message, Deadline now) {
  const std::shared_ptr<const Config>& config = config_.Get();
  if (request.client) {
    const auto& prefixes = config->policy->nat64_prefixes;
    if (!prefixes.empty()) request.client = rules::WithoutNat64(*request.client, prefixes);
    store_reader_.Expect(*request.client);
    clean_clients_.Expect(*request.client);
  }
  std::chrono::milliseconds answer_within = config->service.answer_within;
  if (is_draining_) answer_within = std::min(answer_within, kAnswerWhileDraining);
  InquiryView view{.policy = {config, config->policy.get()},
                   .health = health_.Get(),
                   .secret = context_.stores.secret(),
                   .now = context_.clock.Now(),
                   .began = now,
                   .close_at = CloseAt(now, answer_within),
                   .answer_at = now + answer_within};
  ++asked_;
  inquiry.emplace(++last_inquiry_, request, std::move(view), store_reader_, *this, message, &counts_);
}

void Worker::Waits(Session& session) {
  waiting_[session.inquiry().number()] = &session;
  inquiries_ = waiting_.size();
}

void Worker::Finished(const Inquiry& inquiry) {
  const Deadline now = std::chrono::steady_clock::now();
  LogVerdict(inquiry, now - inquiry.view().began, log_, counts_);
  NoteWitness(inquiry);
  NoteStage(inquiry);
  CountHit(inquiry);
  CountLists(inquiry.finished()->verdict);
  WatchOwnNetwork(inquiry);
  if (const Config& config = *config_.Get(); config.shadow) {
    shadows_.Add(inquiry, config.shadow, config.service.answer_within);
  }
  if (!waiting_.empty() && waiting_.erase(inquiry.number()) > 0) inquiries_ = waiting_.size();
}

void Worker::NoteWitness(const Inquiry& inquiry) {
  const rules::Verdict& verdict = inquiry.finished()->verdict;
  const auto& client = inquiry.request().client;
  const InquiryView& view = inquiry.view();
  if (!client || view.policy->zones.empty() || !rules::MayTestify(verdict)) return;
  if (!clean_clients_.IsDue(*client, view.now)) return;
  auto testimony = rules::TestimonyOf(*view.policy, *client, verdict, inquiry.AllFacts());
  if (testimony) clean_clients_.Add({.client = *client, .seen = view.now, .testimony = *std::move(testimony)});
}

// A configuration that has no effect is said once, not with every mail.
void Worker::NoteStage(const Inquiry& inquiry) {
  if (!inquiry.finished()->verdict.lacks_recipient) return;
  const rules::ProtocolState state = inquiry.request().state;
  const unsigned bit = 1U << static_cast<unsigned>(state);
  if ((context_.stages_told->fetch_or(bit) & bit) != 0) return;
  const bool is_behind = state == rules::ProtocolState::kData || state == rules::ProtocolState::kEndOfMessage;
  std::string note = std::string("asked at ") + rules::Name(state) + ": greylisting needs the recipient";
  if (is_behind) note += ", and this message has several";
  log_.Line(LogLevel::kWarning, "stage")
      .Field("note", note)
      .Field("hint", is_behind ? "ask at RCPT (smtpd_recipient_restrictions) to greylist all mail"
                               : "nobody is turned away before RCPT: ask in smtpd_recipient_restrictions, or leave "
                                 "smtpd_delay_reject = yes");
}

void Worker::TellClean() {
  auto news = clean_clients_.TakeNews();
  if (context_.saw_clean && !news.empty()) context_.saw_clean(std::move(news));
}

// Whose entry decided.
void Worker::CountHit(const Inquiry& inquiry) {
  const rules::Verdict& verdict = inquiry.finished()->verdict;
  if (!verdict.entry) return;
  const rules::TimePoint now = context_.clock.Now();
  hits_.entries.Count(*verdict.entry, now);
  if (hits_.entries.is_full()) HandOverHits(now);
}

// A list counts once, however many of its entries match.
void Worker::CountLists(const rules::Verdict& verdict) {
  const auto& signals = verdict.signals;
  for (auto signal = signals.begin(); signal != signals.end(); ++signal) {
    const bool is_list = signal->kind == rules::SignalKind::kDnsbl || signal->kind == rules::SignalKind::kNameList;
    const auto is_same = [&](const rules::Signal& other) { return other.detail == signal->detail; };
    if (!is_list || std::any_of(signals.begin(), signal, is_same)) continue;
    context_.metrics.CountListVerdict(signal->detail, verdict.action);
  }
}

void Worker::WatchOwnNetwork(const Inquiry& inquiry) {
  if (inquiry.finished()->verdict.reason != rules::Reason::kOwnNetwork) return;
  const rules::Request& request = inquiry.request();
  if (!context_.own_network.Note(*inquiry.view().policy, request, inquiry.view().now)) return;
  const std::string client = request.client->ToString();
  log_.Line(LogLevel::kWarning, "own_network")
      .Plain("client", client)
      .Field("text", "own network " + client + " says names of others: the real clients are hidden, nothing is checked")
      .Field("hint", "let the gateway pass the clients' addresses on, or take it out of policy.own_networks");
}

void Worker::HandOverHits(rules::TimePoint now) {
  hits_.since = now;
  if (hits_.entries.empty()) return;
  cache::RecordWrite write;
  write.list_hits = hits_.entries.TakeAll();
  // Where the queue is full they are lost: a count is not worth more.
  context_.record(std::move(write));
}

void Worker::Complain(std::string_view expected) {
  log_.Line(LogLevel::kWarning, "connection_closed").Field("expected", expected);
}

void Worker::Gone(Session& session) {
  std::erase_if(waiting_, [&](const auto& waiting) { return waiting.second == &session; });
  inquiries_ = waiting_.size();
  const auto found = sessions_.find(&session);
  gone_.push_back(std::move(found->second));
  sessions_.erase(found);
  --connections_;
  context_.connection_closed();
}

}  // namespace policyd::serve
