// Runs another program on a file whose content nobody vouches for, and takes what it prints.
//
// Root's rights are given up before: the program runs as the file's owner, with an environment of its own.  A file of
// root's own is copied for it into a folder of its own, with what a running database keeps beside it, and the program
// runs as nobody.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct ForeignProgram {
  // The words of the command line for a file at that path.
  std::function<std::vector<std::string>(const std::string& path)> words;
  std::string package;  // Debian's, that has the program
};

// At most 2 GiB of text.  REQUIRES: the process has no other thread.
rules::Result<std::string> OutputOf(const ForeignProgram& program, const std::string& file);

// Of a program that is given no file, with our own rights.
rules::Result<std::string> OutputOf(const ForeignProgram& program);

}  // namespace policyd::admin
