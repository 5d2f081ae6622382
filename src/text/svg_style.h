// The style sheet of SVG drawings.
//
// Every rule is below ".sectile", so that it touches nothing else when the drawing stands inside a
// page. Each colour is written twice: renderers that know no variables (librsvg, for one) keep the
// light value, all others follow the reader's scheme. Hue is the number of compute slices; the
// words in the picture say the same for those who do not see it.
#pragma once

namespace sectile::internal {

inline constexpr const char* kSvgStyle =
    R"(    .sectile {
      --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #c5ccd3;
      --c1: #cfe8ee; --c2: #d3ead0; --c3: #e3dcf5; --c4: #f7e3bf; --c7: #cfdcf7;
      --e1: #3b8ea3; --e2: #4b9447; --e3: #8167c4; --e4: #bd8414; --e7: #4a72c4;
      font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
    }
    @media (prefers-color-scheme: dark) {
      .sectile {
        --paper: #0f1419; --ink: #e6edf3; --faint: #9aa5b1; --line: #47515c;
        --c1: #123c46; --c2: #1c3f1f; --c3: #33285a; --c4: #4a3510; --c7: #1b3163;
        --e1: #4fa9bf; --e2: #63b35e; --e3: #a08be0; --e4: #d69d35; --e7: #7196e6;
      }
    }
    .sectile .paper { fill: #ffffff; fill: var(--paper); }
    .sectile text { fill: #1f2328; fill: var(--ink); }
    .sectile .title { font-weight: 600; font-size: 15px; }
    .sectile .name { font-weight: 600; }
    .sectile .owner, .sectile .compute {
      font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
    }
    .sectile .label, .sectile .ruler, .sectile .amount, .sectile .free text, .sectile .idle .owner {
      fill: #59636e; fill: var(--faint);
    }
    .sectile .ruler, .sectile .amount { font-variant-numeric: tabular-nums; }
    .sectile .tick { stroke: #c5ccd3; stroke: var(--line); fill: none; }
    .sectile .block { stroke-width: 1.25; fill: none; stroke: #c5ccd3; stroke: var(--line); }
    .sectile .free .block { stroke-dasharray: 5 4; }
    .sectile .compute-1 .block { fill: #cfe8ee; fill: var(--c1); stroke: #3b8ea3; stroke: var(--e1); }
    .sectile .compute-2 .block { fill: #d3ead0; fill: var(--c2); stroke: #4b9447; stroke: var(--e2); }
    .sectile .compute-3 .block { fill: #e3dcf5; fill: var(--c3); stroke: #8167c4; stroke: var(--e3); }
    .sectile .compute-4 .block { fill: #f7e3bf; fill: var(--c4); stroke: #bd8414; stroke: var(--e4); }
    .sectile .compute-7 .block { fill: #cfdcf7; fill: var(--c7); stroke: #4a72c4; stroke: var(--e7); }
)";

}  // namespace sectile::internal
