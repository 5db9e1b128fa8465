"""How a report's page looks: one style sheet, light and dark, for a screen of any width and for paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--paper:#fdfdfc;--ink:#1d1f23;--soft:#5d636d;--line:#dfe1e6;--band:#f4f5f7;
--link:#2b5fa8;--good:#1a6b3a;--good-back:#e0f2e6;--bad:#a1311f;--bad-back:#fbe6e2;--open:#6b5510;--open-back:#f6eecf}
@media (prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e6e8eb;--soft:#a2a9b4;--line:#333841;--band:#1f2329;
--link:#8ab4f0;--good:#8fdcab;--good-back:#173524;--bad:#f3a99b;--bad-back:#43211b;--open:#e5cf7c;--open-back:#3a3113}}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;max-width:66rem;margin:0 auto;
padding:2.5rem 1.25rem 4rem;color:var(--ink);background:var(--paper)}
p,li{max-width:46rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 1rem}
h2{font-size:1.3rem;margin:2.75rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:2rem 0 .5rem}
ul{padding-left:1.25rem}li{margin:.3rem 0}
.lead{font-size:1.15rem;font-weight:600}
.note{border-left:4px solid var(--open);background:var(--open-back);padding:.7rem 1rem;border-radius:0 6px 6px 0}
.table{overflow-x:auto;margin:1rem 0}
.table:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .8rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);vertical-align:bottom;border-bottom-color:var(--soft)}
td{white-space:nowrap}
.numbers td:first-child,.numbers th:first-child{position:sticky;left:0;background:var(--paper)}
td small{display:block;color:var(--soft);font-size:.78rem}
.numbers th:not(:first-child),.numbers td:not(:first-child){text-align:right;padding:.4rem 0 .4rem .8rem}
.mark{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-weight:600;font-size:.85rem}
.good{color:var(--good);background:var(--good-back)}.bad{color:var(--bad);background:var(--bad-back)}
.open{color:var(--open);background:var(--open-back)}
figure{margin:1.5rem 0;max-width:52rem}
svg{max-width:100%;height:auto;color:var(--ink)}svg text{fill:currentColor}
figcaption{color:var(--soft);font-size:.9rem;margin-top:.4rem;max-width:46rem}
@media (max-width:30rem){body{padding:1.25rem .9rem 3rem;font-size:15px}h1{font-size:1.5rem}
.numbers td:first-child{white-space:normal;min-width:6.5rem;max-width:8rem}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#333;--line:#bbb;--good:#000;--bad:#000;--open:#000;--good-back:none;
--bad-back:none;--open-back:none}body{max-width:none;padding:0;font-size:10.5pt}.table{overflow:visible}
td{white-space:normal}.numbers td:first-child{position:static}
figure,tr,.note{break-inside:avoid}h2,h3{break-after:avoid}.mark{padding:0}}
"""
