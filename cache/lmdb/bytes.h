// The few forms of which records are made: numbers, texts, times.  Pure.
//
//   number  = LEB128: 7 bits a byte, low bits first, the high bit says that more follow
//   text    = number of bytes, bytes
//   span    = zigzag number of seconds
//   time    = span from 2026-01-01
//   address = text of 4 or 16 bytes
//
// ByteReader never trusts what it reads: after the first thing that does not fit it gives zeros and empty texts, and
// Finish() says so.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace cache {

class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(std::size_t size) { bytes_.reserve(size); }  // that is expected

  void Byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Number(std::uint64_t value);
  void Span(rules::seconds span);
  void Text(std::string_view text);
  void Texts(std::initializer_list<std::string_view> texts);
  void Time(rules::TimePoint time);
  void Address(const rules::IpAddress& address);
  void Raw(std::string_view bytes) { bytes_.append(bytes); }
  void BigEndian(std::uint64_t value, int bytes);  // for keys: sorts as the number does; at most 8

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t Byte();
  std::uint64_t Number();
  rules::seconds Span();
  std::string_view Text();  // points into the bytes read
  std::string_view Raw(std::size_t size);
  void Texts(std::initializer_list<std::string*> texts);
  rules::TimePoint Time();
  rules::IpAddress Address();
  std::uint64_t BigEndian(int bytes);

  // A count of things that follow: at most `limit`.
  std::size_t Count(std::size_t limit);
  void Refuse() { is_sound_ = false; }
  bool is_sound() const { return is_sound_; }
  // Did everything fit, and is nothing left?
  bool Finish() const { return is_sound_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_sound_ = true;
};

}  // namespace cache
