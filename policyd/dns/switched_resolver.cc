#include "policyd/dns/switched_resolver.h"

#include <utility>

namespace policyd::dns {

SwitchedResolver::SwitchedResolver(uv_loop_t* loop, std::unique_ptr<Resolver> resolver)
    : sweep_(loop, [this] { std::erase_if(retired_, [](const auto& asked) { return asked->open == 0; }); }),
      current_(std::make_unique<Asked>(Asked{.resolver = std::move(resolver)})) {}

void SwitchedResolver::SwitchTo(std::unique_ptr<Resolver> resolver) {
  retired_.push_back(std::move(current_));
  current_ = std::make_unique<Asked>(Asked{.resolver = std::move(resolver)});
  sweep_.Start(std::chrono::milliseconds(0));
}

void SwitchedResolver::Ask(const rules::DnsQuestion& question, QuestionClass question_class, Deadline deadline,
                           Callback callback) {
  Asked* asked = current_.get();
  ++asked->open;
  asked->resolver->Ask(question, question_class, deadline,
                       [this, asked, callback = std::move(callback)](const Answer& answer) {
                         --asked->open;
                         if (asked->open == 0 && asked != current_.get()) sweep_.Start(std::chrono::milliseconds(0));
                         callback(answer);
                       });
}

}  // namespace policyd::dns
