#include "libsafety/page/style.hpp"

namespace safety::page {
namespace {

// Charts: the margins of a .chart hold the labels of its axes, so that 100 % is the plot alone.
constexpr std::string_view kStyle = R"(
:root { --alarm: #fbe9e6; --trend: #2c63a8; }
@media (prefers-color-scheme: dark) { :root { --alarm: #35191a; --trend: #7fb0ee; } }
body { max-width: 78rem; }
h2, h3 { clear: both; }
h3 { margin: 2rem 0 .6rem; font-size: 1rem; line-height: 1.3; font-weight: 650; }
.database { margin-top: 3rem; padding-top: .5rem; border-top: 1px solid var(--line); }
.database > h2 { margin-top: 1rem; font-size: 1.35rem; }
.note { color: var(--faint); font-size: .875rem; }
section > .note { margin: .5rem 0; }
.good { color: var(--good); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
.verdict { margin-top: 1rem; padding: .9rem 1.2rem 1rem; border: 1px solid var(--line); border-left: .4rem solid var(--good); border-radius: .4rem; background: var(--block); }
.verdict.warn { border-left-color: var(--warn); }
.verdict.bad { border-color: var(--bad); background: var(--alarm); }
.verdict > .of { font-size: .875rem; font-weight: 600; }
.verdict > .headline { font-size: 1.3rem; line-height: 1.35; font-weight: 650; }
.verdict.bad > .headline { font-size: 1.5rem; }
.verdict > * { color: var(--text); }
.verdict.good > .of, .verdict.good > .headline { color: var(--good); }
.verdict.warn > .of { color: var(--warn); }
.verdict.bad > .of, .verdict.bad > .headline { color: var(--bad); }
.verdict ul { margin: .4rem 0 0; padding-left: 1.2rem; }
.verdict code { background: var(--ground); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.tile { padding: .7rem .9rem .8rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--block); }
.tile dt { color: var(--faint); font-size: .875rem; }
.tile dd { margin: 0; font-size: 1.35rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile dd.note { font-size: .8125rem; font-weight: 400; line-height: 1.4; margin-top: .15rem; }
.chart { padding: 0 1.4rem 0 4.6rem; }
.chart.lanes { padding-left: 6.6rem; }
.chart > svg { display: block; width: 100%; overflow: visible; }
svg text { fill: var(--faint); font-size: 12px; }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
.axis { stroke: var(--faint); }
.grid { stroke: var(--line); }
.lane { stroke: var(--line); stroke-width: 2; }
.trend { stroke: var(--trend); stroke-width: 2; }
.bar { stroke: var(--trend); stroke-width: 4; }
.bar:hover { stroke: var(--text); }
.mark { overflow: visible; stroke: var(--ground); stroke-width: 1.25; }
.mark.good { fill: var(--good); }
.mark.warn { fill: var(--warn); }
.mark.bad { stroke: var(--bad); stroke-width: 2.75; stroke-linecap: round; fill: none; }
.mark.trend { fill: var(--trend); }
.mark:hover { stroke: var(--text); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .4rem 0 1rem; padding: 0; list-style: none; color: var(--faint); font-size: .875rem; }
.key svg { margin-right: .45em; vertical-align: -.1em; overflow: visible; }
.trends { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem 2rem; }
figure { margin: 0; }
figcaption { margin-bottom: .4rem; color: var(--faint); font-size: .875rem; }
.wide { max-height: 25rem; overflow-y: auto; border: 1px solid var(--line); border-radius: .4rem; }
.wide:focus-visible { outline: 2px solid var(--trend); outline-offset: 2px; }
table { font-size: .875rem; line-height: 1.45; }
th, td, th:last-child, td:last-child { padding: .35rem .65rem; font-size: inherit; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--block); }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { color: var(--text); }
.name, .time, .figure { white-space: nowrap; }
td.prose { min-width: 13rem; }
td.free { min-width: 7.5rem; overflow-wrap: anywhere; }
.why { max-width: 20rem; margin-top: .2rem; color: var(--bad); overflow-wrap: anywhere; }
.label { color: var(--faint); }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid var(--line); border-radius: 1em; font-size: .8125rem; white-space: nowrap; }
.badge.good, .badge.warn, .badge.bad { border-color: currentColor; font-weight: 600; }
footer { margin-top: 3rem; }
ol.steps { margin: .6rem 0 0; padding-left: 1.3rem; }
.steps li + li { margin-top: .5rem; }
@media (max-width: 34rem) {
  .verdict > .headline { font-size: 1.15rem; }
  .verdict.bad > .headline { font-size: 1.25rem; }
  .chart { padding-right: .9rem; }
  .minor text { display: none; }
  .tile dd { font-size: 1.15rem; }
  .tiles { gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); }
}
@media print {
  :root { --alarm: #fff; --trend: #000; }
  .wide { max-height: none; overflow: visible; border: 0; }
  table { font-size: 7.5pt; }
  th, td, th:last-child, td:last-child { padding: .15rem .4rem .15rem 0; }
  thead th { position: static; }
  .name, .time { min-width: 6.4rem; white-space: normal; overflow-wrap: anywhere; }
  .name { min-width: 8.1rem; }
  td.prose { min-width: 5rem; overflow-wrap: anywhere; }
  td.free { min-width: 4.5rem; }
  .badge { padding: 0; border: 0; font-size: inherit; white-space: normal; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .trends { grid-template-columns: 1fr 1fr; }
  .verdict, .tile, .chart, figure { break-inside: avoid; }
  .mark { stroke: #fff; }
  .mark.bad { stroke: #000; }
}
)";

}  // namespace

std::string_view page_style() { return kStyle; }

}  // namespace safety::page
