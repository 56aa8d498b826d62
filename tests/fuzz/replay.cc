// Runs one fuzz target over its corpus, with any compiler: what was found once stays mended.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

TEST(Corpus, EveryInputKeepsThePromises) {
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SEKIMORI_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    SCOPED_TRACE(entry.path().filename().string());
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++inputs;
  }
  EXPECT_GT(inputs, 0) << "no corpus in " << SEKIMORI_CORPUS;
}

}  // namespace
