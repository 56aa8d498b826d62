// command = "*" count CRLF *( "$" length CRLF bytes CRLF )
//
// Replies are built in place: hiredis is told where the parts of `root_` are and owns nothing of them.
#include "policyd/shared/resp.h"

#include <hiredis/hiredis.h>

#include <cassert>
#include <utility>

namespace policyd::shared {
namespace {

// Where the reply that a task reads has its place.
Reply* PlaceOf(const redisReadTask* task) {
  if (!task->parent) return static_cast<Reply*>(task->privdata);
  auto* array = static_cast<Reply*>(task->parent->obj);
  return &array->items[static_cast<std::size_t>(task->idx)];
}

void* MakeText(const redisReadTask* task, char* text, std::size_t length) {
  Reply* reply = PlaceOf(task);
  reply->kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::kError
                : task->type == REDIS_REPLY_STATUS ? Reply::Kind::kStatus
                                                   : Reply::Kind::kText;
  reply->text.assign(text, length);
  return reply;
}

void* MakeArray(const redisReadTask* task, int items) {
  if (items > ReplyReader::kMostItems) return nullptr;  // the reader then gives up
  Reply* reply = PlaceOf(task);
  reply->kind = Reply::Kind::kArray;
  reply->items.resize(static_cast<std::size_t>(items));
  return reply;
}

void* MakeNumber(const redisReadTask* task, long long number) {  // NOLINT(google-runtime-int): hiredis's type
  Reply* reply = PlaceOf(task);
  reply->kind = Reply::Kind::kNumber;
  reply->number = number;
  return reply;
}

void* MakeNothing(const redisReadTask* task) {
  return PlaceOf(task);
}

void KeepAll(void*) {}

redisReplyObjectFunctions* Functions() {
  static redisReplyObjectFunctions functions{.createString = MakeText,
                                             .createArray = MakeArray,
                                             .createInteger = MakeNumber,
                                             .createNil = MakeNothing,
                                             .freeObject = KeepAll};
  return &functions;
}

}  // namespace

std::string PrintCommand(std::span<const std::string_view> words) {
  std::size_t size = 16;
  for (const std::string_view word : words) size += word.size() + 16;
  std::string command;
  command.reserve(size);
  command.append("*").append(std::to_string(words.size())).append("\r\n");
  for (const std::string_view word : words) {
    command.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
  }
  return command;
}

void ReplyReader::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

ReplyReader::ReplyReader() : reader_(redisReaderCreateWithFunctions(Functions())) {
  assert(reader_ && "a reader needs nothing but memory");
  reader_->privdata = &root_;
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::Feed(std::string_view bytes) {
  if (is_broken_) return;
  unfinished_ += bytes.size();
  is_broken_ = redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK;
}

std::optional<Reply> ReplyReader::Next() {
  if (is_broken_) return std::nullopt;
  void* whole = nullptr;
  if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK) {
    is_broken_ = true;
    return std::nullopt;
  }
  if (!whole) {
    is_broken_ = unfinished_ > kMostBytes;
    return std::nullopt;
  }
  unfinished_ = reader_->len - reader_->pos;
  return std::exchange(root_, Reply());
}

}  // namespace policyd::shared
