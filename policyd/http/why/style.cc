#include "policyd/http/why/page.h"

namespace policyd::http::why {
namespace {

constexpr std::string_view kStyle = R"css(:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --sheet: #fff; --ink: #1d1f21; --soft: #5b6167; --line: #d9dad4;
  --link: #1a56a8; --good: #17663a; --bad: #a3271f; --calm: #1a56a8; --code: #eef0ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16181a; --sheet: #1f2224; --ink: #e6e7e4; --soft: #a3a9ae; --line: #3a3e41;
    --link: #8ab8f2; --good: #7fcf9d; --bad: #f09a90; --calm: #8ab8f2; --code: #2a2e31;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.6;
  font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
body:lang(ja) { font-family: system-ui, "Hiragino Sans", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", "Noto Sans JP", sans-serif;
  line-break: strict; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1rem; }
nav { display: flex; justify-content: flex-end; gap: 1rem; padding: .75rem 0; }
nav span { color: var(--soft); }
a { color: var(--link); }
h1 { font-size: 1.6rem; line-height: 1.3; margin: .25rem 0 1rem; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; }
h4 { font-size: 1rem; margin: .75rem 0 0; color: var(--soft); }
p { margin: 0 0 .75rem; }
section, .summary { background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
  margin: 0 0 1rem; }
section > :last-child, .summary > :last-child, article > :last-child { margin-bottom: 0; }
.summary { border-inline-start: .35rem solid var(--bad); }
.summary.calm { border-inline-start-color: var(--calm); }
.lead { font-size: 1.1rem; font-weight: 600; }
article + article { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: 1rem; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: 0 1rem; padding: .3rem 0;
  border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
code, samp, kbd { font-family: ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; font-size: .92em;
  background: var(--code); border-radius: .2rem; padding: .05rem .3rem; }
.commands dd { margin: 0 0 .75rem; }
.commands dd:last-child { margin-bottom: 0; }
kbd { display: block; padding: .3rem .5rem; margin-top: .25rem; user-select: all; }
.found { padding-inline-start: 1.2rem; margin: 0 0 .75rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.found .good::marker { content: "✓ "; }
.found .bad::marker { content: "✗ "; }
.outcome { font-weight: 600; }
.note { border: 1px solid; border-radius: .5rem; padding: .75rem 1rem; font-weight: 600; }
label { display: block; margin-bottom: .25rem; }
input:not([type=hidden]), textarea, button { font: inherit; color: inherit; background: var(--sheet); max-width: 100%;
  border: 1px solid var(--soft); border-radius: .3rem; padding: .45rem .6rem; }
textarea { width: 100%; display: block; margin-bottom: .75rem; }
button { cursor: pointer; background: var(--link); border-color: var(--link); color: var(--sheet); font-weight: 600; }
:focus-visible { outline: .2rem solid var(--link); outline-offset: .15rem; }
footer { color: var(--soft); padding-bottom: 2rem; }
@media (max-width: 36rem) {
  h1 { font-size: 1.35rem; }
  dl > div { display: block; }
}
@media print {
  body { background: none; }
  section, .summary { break-inside: avoid; border-color: #888; }
  nav, form { display: none; }
  a[href^="http"]::after { content: " (" attr(href) ")"; }
}
)css";

}  // namespace

std::string_view StyleSheet() {
  return kStyle;
}

std::string_view Icon() {
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#24566b"/>)"
         R"(<path d="M4 7.2h16M5.6 10.4h12.8M7.6 7.2V19M16.4 7.2V19" stroke="#fff" stroke-width="2"/></svg>)";
}

}  // namespace policyd::http::why
