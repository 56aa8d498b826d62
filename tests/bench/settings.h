// `name=value` arguments of the programs that scripts/bench runs; a name that nobody asked for ends the program.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bench {

class Settings {
 public:
  Settings(int argc, char** argv);

  std::string Text(const std::string& name, const std::string& otherwise);
  std::vector<std::string> List(const std::string& name);  // "a,b"
  double Number(const std::string& name, double otherwise);
  // Ends the program with 64 where an argument is left that has not been read.
  void Finish() const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace bench
