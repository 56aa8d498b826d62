// Makes all that goes out safe for a terminal, whatever a command forgot: a buffer between a stream and its own.
//
// Text goes on line by line, each as Shown() has it.  Colours of ours pass where they are switched on.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace policyd::ctl {

// Stands in a stream's buffer from construction to destruction.
class ShownOutput : public std::streambuf {
 public:
  explicit ShownOutput(std::ostream& out) : out_(out), below_(out.rdbuf(this)) {}
  ~ShownOutput() override;
  ShownOutput(const ShownOutput&) = delete;
  ShownOutput& operator=(const ShownOutput&) = delete;

  void AllowColours() { has_colours_ = true; }

 protected:
  int_type overflow(int_type byte) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool Pass();
  std::string Safe(std::string_view text) const;

  std::ostream& out_;
  std::streambuf* const below_;
  std::string line_;  // waits for its end
  bool has_colours_ = false;
};

}  // namespace policyd::ctl
