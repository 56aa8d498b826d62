#include "policyd/serve/worker.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <new>
#include <string>

#include "rules/values/nat64.h"

namespace policyd::serve {
namespace {

constexpr rules::seconds kHitsHandedOver{1};
constexpr std::chrono::milliseconds kDrainStep{10};
constexpr std::chrono::milliseconds kAnswerWhileDraining{500};
constexpr std::chrono::seconds kReadFailureLogged{10};
constexpr std::size_t kMostHeld = std::size_t{16} << 20;  // of parts of requests: 256 of the largest

}  // namespace

Worker::Worker(std::uint32_t number, WorkerContext context)
    : number_(number),
      context_(std::move(context)),
      config_(context_.config),
      health_(context_.health),
      log_(context_.log),
      counts_(context_.metrics.NewRequestCounts()),
      store_reader_(context_.stores, &counts_),
      shadows_(context_.stores, *this, counts_),
      shares_(context_.max_waiting),
      conduct_counts_(context_.stores.triplets()) {
  incoming_ = std::make_unique<runtime::LoopQueue<Event>>(
      loop_.get(), [this](Event& event) { Guard([this, &event] { OnEvent(event); }); });
  wake_timer_ = std::make_unique<runtime::Timer>(loop_.get(), [this] { Guard([this] { OnWake(); }); });
  drain_timer_ = std::make_unique<runtime::Timer>(loop_.get(), [this] { Guard([this] { GoOnDraining(); }); });
  before_sleep_ = std::make_unique<runtime::UvHandle<uv_prepare_t>>(
      [this](uv_prepare_t* prepare) { return uv_prepare_init(loop_.get(), prepare); });
  before_sleep_->set_callback([this] { Guard([this] { BeforeSleep(); }); });
  uv_prepare_start(before_sleep_->get(), runtime::UvHandle<uv_prepare_t>::Fire);
  look_again_ = std::make_unique<runtime::UvHandle<uv_idle_t>>(
      [this](uv_idle_t* idle) { return uv_idle_init(loop_.get(), idle); });
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

void Worker::Guard(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::bad_alloc&) {
    LackedMemory();
  }
}

void Worker::OnEvent(Event& event) {
  if (const auto* connection = std::get_if<Connection>(&event)) {
    OpenSession(connection->fd);
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

void Worker::OpenSession(int fd) {
  Session* session = nullptr;
  try {
    gone_.reserve(gone_.size() + sessions_.size() + 1);  // so that the end of a session allocates nothing
    auto made = std::make_unique<Session>(loop_.get(), fd, *this);
    session = made.get();
    sessions_.emplace(session, std::move(made));
  } catch (const std::bad_alloc&) {
    if (!session) close(fd);  // else it has closed it with its own end
    --connections_;
    return LackedMemory();
  }
  if (is_draining_) Drain(*session);
}

void Worker::Drain(Session& session) {
  try {
    // Shorter than the daemon's time for stopping, which would otherwise end in the middle of an answer.
    session.Drain(std::min(kFirstRequestMayTake, config_.Get()->service.answer_within));
  } catch (const std::bad_alloc&) {
    session.FailOpen();
  }
}

// The answers about a client arrive close together: one evaluation takes them all.
void Worker::OnAnswer(dns::LookupAnswer& answer) {
  const std::uint64_t number = answer.waiter.inquiry;
  if (Shadows::IsShadow(number)) {
    return shadows_.Bring(number, [&answer](Inquiry& inquiry) { inquiry.Answer(answer.question, answer.fact); });
  }
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return;
  const bool is_news = found->second.session->inquiry().Hear(std::move(answer.question), std::move(answer.fact));
  const bool is_noted = !answered_.empty() && answered_.back() == number;
  if (is_news && !is_noted) answered_.push_back(number);
}

void Worker::Bring(std::uint64_t inquiry, const std::function<void(Inquiry&)>& act) {
  if (Shadows::IsShadow(inquiry)) return Guard([&] { shadows_.Bring(inquiry, act); });
  const auto found = waiting_.find(inquiry);
  if (found == waiting_.end()) return;
  Session* session = found->second.session;
  try {
    act(session->inquiry());
    session->Resume();
  } catch (const std::bad_alloc&) {
    session->FailOpen();
  }
}

void Worker::OnWake() {
  const runtime::Deadline now = std::chrono::steady_clock::now();
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
  if (conduct_counts_.IsDue(wall_now) || conduct_counts_.Settle(wall_now)) HandOverReputations(wall_now);
  TellClean();
  const runtime::Deadline now = std::chrono::steady_clock::now();
  for (Session* session : Sessions()) session->CheckPatience(now);
  ReleaseWaiting();
  LogReadFailure(now);
  if (std::exchange(lacked_memory_, false)) {
    log_.Line(runtime::LogLevel::kError, "out_of_memory").Field("effect", "mail passed, connections were closed");
  }
}

void Worker::BeforeSleep() {
  for (const std::uint64_t number : std::exchange(answered_, {})) {
    Bring(number, [](Inquiry& inquiry) { inquiry.Advance(); });
  }
  // A session that goes on with its next request may add one more.
  while (!over_share_.empty()) {
    for (const std::uint64_t number : std::exchange(over_share_, {})) {
      Bring(number, [](Inquiry& inquiry) { inquiry.CloseQuestions(Inquiry::Closing::kOverShare); });
    }
  }
  if (held_bytes_ > kMostHeld) GiveUpLargestParts();
  gone_.clear();
  shadows_.BeforeSleep();
  store_reader_.Reset();
  if (context_.stores.lists().TakePatternChange()) CompilePatterns();
  log_.HandOver();
  EndIfDrained();
  // While requests come close together the loop looks for the next ones without sleeping: waking costs more.
  const bool is_busy = std::exchange(asked_, 0) > 1;
  if (is_busy) {
    uv_idle_start(look_again_->get(), [](uv_idle_t*) {});
  } else {
    uv_idle_stop(look_again_->get());
  }
}

void Worker::CompilePatterns() {
  runtime::RunApart(loop_.get(), [&stores = context_.stores] {
    cache::ReadTransaction snapshot(stores.lists_environment());
    stores.lists().CompilePatterns(snapshot);
  });
}

void Worker::StartDraining() {
  if (std::exchange(is_draining_, true)) return;
  drain_timer_->Start(kDrainStep, kDrainStep);
  const std::vector<std::uint64_t> under_way = WaitingInquiries();
  for (Session* session : Sessions()) Drain(*session);
  for (const std::uint64_t number : under_way) {
    Bring(number, [](Inquiry& inquiry) { inquiry.CloseQuestions(Inquiry::Closing::kStopping); });
  }
}

void Worker::GoOnDraining() {
  const runtime::Deadline now = std::chrono::steady_clock::now();
  for (Session* session : Sessions()) session->CheckDrained(now);
}

// No request waits in vain for a commit that does not come.
void Worker::ReleaseWaiting() {
  if (!context_.writer_is_stuck || !context_.writer_is_stuck()) return;
  for (const std::uint64_t number : WaitingInquiries()) {
    Bring(number, [](Inquiry& inquiry) { inquiry.Written(false); });
  }
}

// A peer that sends whole requests holds little memory, and not for long.
void Worker::GiveUpLargestParts() {
  std::vector<Session*> sessions = Sessions();
  std::ranges::sort(sessions, std::greater<>(), &Session::held_bytes);
  std::size_t closed = 0;
  for (; held_bytes_ > kMostHeld / 2 && closed < sessions.size(); ++closed) sessions[closed]->Close();
  log_.Line(runtime::LogLevel::kWarning, "connections_closed")
      .Field("expected", "whole requests: parts of them take too much memory")
      .Field("times", std::to_string(closed));
}

std::vector<std::uint64_t> Worker::WaitingInquiries() const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(waiting_.size());
  for (const auto& [number, waiting] : waiting_) numbers.push_back(number);
  return numbers;
}

std::vector<Session*> Worker::Sessions() const {
  std::vector<Session*> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [session, owner] : sessions_) sessions.push_back(session);
  return sessions;
}

void Worker::LogReadFailure(runtime::Deadline now) {
  const auto failure = store_reader_.TakeFailure();
  if (!failure || (read_failure_logged_ && now - *read_failure_logged_ < kReadFailureLogged)) return;
  read_failure_logged_ = now;
  log_.Line(runtime::LogLevel::kError, "store_read_failed").Field("error", *failure);
}

void Worker::EndIfDrained() {
  if (!is_ending_ || !sessions_.empty()) return;
  HandOverHits(context_.clock.Now());
  HandOverReputations(context_.clock.Now());
  loop_.Stop();
}

void Worker::Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client, const rules::Question& question,
                 runtime::Deadline by) {
  TellClean();  // so that an answer about a client finds that it was clean before
  dns::LookupRequest request{.client = client, .question = question, .deadline = by};
  if (inquiry) request.waiter = dns::Waiter{.worker = number_, .inquiry = *inquiry};
  context_.ask(std::move(request));
}

bool Worker::Record(cache::RecordWrite write) {
  if (write.ticket) write.ticket->waiter = number_;
  return context_.record(std::move(write));
}

void Worker::WakeAt(std::uint64_t inquiry, runtime::Deadline when) {
  const bool is_first = wakes_.empty() || when < wakes_.begin()->first;
  wakes_.emplace(when, inquiry);
  if (!is_first) return;
  wake_timer_->Start(std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now()));
}

void Worker::Begin(std::optional<Inquiry>& inquiry, rules::Request& request, MailContext& message,
                   runtime::Deadline now) {
  const std::shared_ptr<const config::Config>& config = config_.Get();
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
  const bool is_behind =
      request.state == rules::ProtocolState::kData || request.state == rules::ProtocolState::kEndOfMessage;
  if (is_behind && message.recipients.empty() && rules::IsOutgoing(*config->policy, request)) {
    message.recipients = context_.ledger.TakeRecipients(request.instance, view.now);
  }
  ++asked_;
  inquiry.emplace(++last_inquiry_, request, std::move(view), store_reader_, *this, message, &counts_);
}

void Worker::Waits(Session& session) {
  const Inquiry& inquiry = session.inquiry();
  const auto& client = inquiry.request().client;
  const dns::ClientNetwork network = client ? dns::NetworkOf(*client) : dns::ClientNetwork{};
  waiting_[inquiry.number()] = {.session = &session, .network = network};
  inquiries_ = waiting_.size();
  if (!shares_.Add(network)) over_share_.push_back(inquiry.number());
}

void Worker::Finished(const Inquiry& inquiry) {
  const runtime::Deadline now = std::chrono::steady_clock::now();
  const config::Config& config = *config_.Get();
  verdict_log_.Tell(inquiry, now - inquiry.view().began, config.log.passes);
  NoteWitness(inquiry);
  NoteStage(inquiry);
  CountHit(inquiry);
  CountLists(inquiry.finished()->verdict);
  if (inquiry.is_outgoing()) {
    CountOutgoing(inquiry);
  } else {
    CountConduct(inquiry);
    NoteBounce(inquiry);
  }
  WatchOwnNetwork(inquiry);
  if (config.shadow && !inquiry.is_outgoing()) shadows_.Add(inquiry, config.shadow, config.service.answer_within);
  if (waiting_.empty()) return;
  if (const auto waiting = waiting_.extract(inquiry.number())) {
    shares_.Remove(waiting.mapped().network);
    inquiries_ = waiting_.size();
  }
}

void Worker::LackedMemory() {
  counts_.CountFailOpen(metrics::FailOpenCause::kInternal);
  lacked_memory_ = true;
}

void Worker::Complain(std::string_view expected) {
  log_.Line(runtime::LogLevel::kWarning, "connection_closed").Field("expected", expected);
}

// Postfix hangs up while a large message arrives, and asks about its end on another connection.
void Worker::HandOnRecipients(MailContext& message) {
  if (message.recipients.empty() || message.instance.empty()) return;
  try {
    context_.ledger.KeepRecipients(message.instance, std::move(message.recipients), context_.clock.Now());
  } catch (const std::bad_alloc&) {
    lacked_memory_ = true;
  }
}

void Worker::Gone(Session& session) {
  HandOnRecipients(session.message());
  std::erase_if(waiting_, [&](const auto& waiting) {
    if (waiting.second.session != &session) return false;
    shares_.Remove(waiting.second.network);
    return true;
  });
  inquiries_ = waiting_.size();
  const auto found = sessions_.find(&session);
  gone_.push_back(std::move(found->second));
  sessions_.erase(found);
  --connections_;
  Guard([this] { context_.connection_closed(); });
}

}  // namespace policyd::serve
