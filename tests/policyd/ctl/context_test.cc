#include "policyd/ctl/context.h"

#include <sstream>

#include <gtest/gtest.h>

namespace policyd::ctl::context_test {

using Kind = admin::Error::Kind;

struct Case {
  const char* name;
  Kind kind;
  int want;  // as scripts of operators know it
};

class ErrorStatus : public testing::TestWithParam<Case> {};

TEST_P(ErrorStatus, IsTheExitStatusOfItsKind) {
  std::istringstream in;
  std::ostringstream out, error;
  Context context{.in = in, .out = out, .error = error};
  const ExitStatus got = Fail(context, admin::Error{.kind = GetParam().kind, .message = "why"});
  EXPECT_EQ(static_cast<int>(got), GetParam().want);
  EXPECT_EQ(error.str(), "sekimorictl: why\n");
  EXPECT_EQ(out.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, ErrorStatus,
                         testing::Values(Case{"usage", Kind::kUsage, 64}, Case{"bad_input", Kind::kBadInput, 65},
                                         Case{"not_found", Kind::kNotFound, 1},
                                         Case{"unreachable", Kind::kUnreachable, 69}, Case{"store", Kind::kStore, 74},
                                         Case{"already_running", Kind::kAlreadyRunning, 75},
                                         Case{"not_permitted", Kind::kNotPermitted, 77},
                                         Case{"configuration", Kind::kConfiguration, 78}),
                         [](const auto& row) { return row.param.name; });

TEST(Fail, SaysEachThingThatIsWrongBeforeWhatBecameOfIt) {
  std::istringstream in;
  std::ostringstream out, error;
  Context context{.in = in, .out = out, .error = error};
  const ExitStatus got =
      Fail(context, admin::Error{.kind = Kind::kBadInput,
                                 .message = "nothing was changed",
                                 .details = {{.message = "a\x1b[2J: expected b"}, {.message = "c: expected d"}}});
  EXPECT_EQ(got, kBadInput);
  EXPECT_EQ(error.str(),
            "sekimorictl: a?[2J: expected b\nsekimorictl: c: expected d\nsekimorictl: nothing was changed\n");
}

}  // namespace policyd::ctl::context_test
