// BRAND.md in CSS. Colours come from color.ts as custom properties; all else is here. Logical
// sides only, so that right-to-left needs nothing of its own. Sizes follow the container: the
// window, or the element that the page gives us.
export const STYLE = `
:host{all:initial!important;display:block!important;position:fixed!important;inset:0!important;z-index:2147483000!important;pointer-events:none!important;container-type:size!important;contain:layout style size!important}
:host([data-inside]){position:absolute!important;z-index:1!important}
*,::before{box-sizing:border-box;margin:0}
.root{--paper:#FBFAF7;--surface:#fff;--line:#E4E1DA;--edge:#8A8578;--ink:#1F2328;--ink2:#5C636E;--call:#C2410C;--voice:#DDB7A3;--good:#15803D;--bad:#B91C1C;--lift:0 0 1px rgb(31 35 40/.24),0 12px 40px rgb(31 35 40/.16);
font:16px/24px Inter,"Inter Variable",system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--ink);-webkit-text-size-adjust:100%}
.root.dark{--paper:#14161A;--surface:#1C1F25;--line:#2C313A;--edge:#7B8494;--ink:#E8E6E1;--ink2:#A0A7B4;--call:#FB923C;--voice:#7A4A26;--good:#4ADE80;--bad:#F87171;--lift:0 0 0 1px #2C313A,0 12px 40px rgb(0 0 0/.5);color-scheme:dark}
button,input,textarea{font:inherit;color:inherit;background:none;border:0;padding:0;letter-spacing:inherit}
button{cursor:pointer;-webkit-tap-highlight-color:transparent}
:focus-visible{outline:2px solid var(--text);outline-offset:2px}
[hidden]{display:none!important}
svg{display:block;flex:none}
.s{fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.f{fill:currentColor}
.mark .s{stroke-width:2.8}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.bubble{pointer-events:auto;position:absolute;inset-block-end:20px;inset-inline-end:20px;width:56px;height:56px;border-radius:50%;background:var(--fill);color:var(--on);display:grid;place-items:center;box-shadow:var(--lift)}
.bubble:focus-visible{outline-color:var(--fill);outline-offset:3px;box-shadow:0 0 0 3px var(--surface),var(--lift)}
.left .bubble,.left .panel{inset-inline-end:auto;inset-inline-start:20px}
.badge{position:absolute;inset-block-start:-2px;inset-inline-end:-2px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#C2410C;color:#fff;font-size:13px;line-height:22px;font-weight:650;text-align:center;font-variant-numeric:tabular-nums;box-shadow:0 0 0 2px var(--surface)}
.panel{pointer-events:auto;position:absolute;inset-block-end:20px;inset-inline-end:20px;width:400px;height:min(680px,calc(100cqh - 40px));display:flex;flex-direction:column;background:var(--paper);border-radius:14px;box-shadow:var(--lift);overflow:hidden;outline:0}
.head{display:flex;align-items:center;gap:12px;min-height:68px;padding:10px 8px 10px 20px;background:var(--surface);border-block-end:1px solid var(--line)}
[dir=rtl] .head{padding:10px 20px 10px 8px}
.head .mark{color:var(--text)}
.empty .head .mark{display:none}
.who{flex:1;min-width:0}
h2{font-size:16px;line-height:24px;font-weight:650;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.is{display:flex;align-items:center;gap:6px;font-size:13px;line-height:18px;color:var(--ink2)}
.is::before{content:"";width:8px;height:8px;border-radius:50%;border:2px solid var(--ink2)}
.is.in::before{border-color:var(--good);background:var(--good)}
.tool{width:44px;height:44px;border-radius:8px;display:grid;place-items:center;color:var(--ink2)}
.tool:hover{color:var(--ink)}
.scroll{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:20px;display:flex;flex-direction:column;outline-offset:-2px!important}
.log{display:flex;flex-direction:column}
.hello{padding-block:12px 24px}
.hello .mark{margin-block-end:20px;margin-inline-start:-4px}
.hello .mark .s{color:var(--call)}
.hello .mark .f{color:var(--text)}
.hello p{font-size:20px;line-height:28px;font-weight:650;letter-spacing:-.01em;text-wrap:balance;white-space:pre-line}
.hello p+p{font-size:16px;line-height:24px;font-weight:400;letter-spacing:0;color:var(--ink2);margin-block-start:8px;text-wrap:pretty}
.day{align-self:center;font-size:13px;line-height:18px;color:var(--ink2);padding-block:16px 8px}
.m{max-width:86%;display:flex;flex-direction:column;margin-block-start:12px}
.m.next{margin-block-start:4px}
.by{font-size:13px;line-height:18px;color:var(--ink2);margin-block-end:4px}
.m.next .by{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.words{padding:9px 14px 10px;border-radius:14px;white-space:pre-wrap;overflow-wrap:anywhere;width:fit-content}
.agent{align-self:flex-start}
.agent .words{background:var(--soft);border-start-start-radius:4px}
.customer{align-self:flex-end;align-items:flex-end}
.customer .words{background:var(--surface);box-shadow:inset 0 0 0 1.5px var(--voice);border-start-end-radius:4px}
.system{align-self:center;max-width:100%;text-align:center}
.system .words{padding:4px 0;font-size:13px;line-height:18px;color:var(--ink2)}
.words a{color:var(--text);text-decoration:underline;text-underline-offset:2px}
.customer .words a{color:inherit}
.pic{display:block;margin-block-start:4px;border-radius:8px;overflow:hidden;border:1px solid var(--line)}
.pic img{display:block;max-width:240px;max-height:240px;width:auto;height:auto}
.file{display:flex;gap:8px;align-items:center;max-width:100%;margin-block-start:4px;padding:8px 12px;border:1px solid var(--line);border-radius:8px;background:var(--surface);font-size:14px;line-height:20px;color:var(--ink);text-decoration:none}
.file span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.file small,.chip small{font-size:12px;color:var(--ink2);white-space:nowrap}
a.file:hover span{text-decoration:underline}
.state{font-size:13px;line-height:18px;color:var(--ink2);margin-block-start:4px}
.state.bad{color:var(--bad);text-align:end}
.link{font-size:13px;line-height:24px;color:var(--text);text-decoration:underline;text-underline-offset:2px;margin-inline-start:12px}
.typing{display:flex;align-items:center;gap:8px;min-height:24px;margin-block-start:12px;font-size:13px;color:var(--ink2)}
.typing .mark{color:var(--text)}
.typing .s{animation:call 1.4s ease-in-out infinite}
.typing .f{animation:call 1.4s ease-in-out .7s infinite}
@keyframes call{0%,60%,to{opacity:.25}30%{opacity:1}}
.more{align-self:center;font-size:14px;color:var(--text);padding:4px 12px;min-height:32px}
.below{position:absolute;inset-inline:0;margin-inline:auto;width:fit-content;inset-block-start:-44px;padding:4px 14px;border-radius:16px;background:var(--surface);color:var(--call);font-size:13px;font-weight:600;box-shadow:var(--lift)}
.foot{position:relative;background:var(--surface);border-block-start:1px solid var(--line);padding:12px 12px 12px}
.foot>p{font-size:13px;line-height:18px;color:var(--ink2);padding:0 8px 8px}
.foot>p.bad{color:var(--bad)}
details{font-size:13px;line-height:18px;color:var(--ink2);padding:0 8px 8px}
summary{cursor:pointer;overflow-wrap:anywhere;border-radius:4px;min-height:24px;list-style-position:inside}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin-block:4px}
dd{color:var(--ink);overflow-wrap:anywhere}
details .link{margin:0}
.mail{padding:0 8px 10px}
.mail label{display:block;font-size:13px;line-height:18px;font-weight:600;margin-block-end:4px}
.mail label span{font-weight:400;color:var(--ink2)}
.mail input{width:100%;height:44px;padding-inline:12px;border:1px solid var(--edge);border-radius:8px;background:var(--surface)}
.mail input:focus-visible{outline-offset:-1px}
.mail [aria-invalid=true]{border-color:var(--bad)}
.box{border:1px solid var(--edge);border-radius:14px;background:var(--surface);padding:4px}
.box:focus-within{border-color:var(--text);box-shadow:inset 0 0 0 1px var(--text)}
textarea{display:block;width:100%;resize:none;padding:7px 10px 4px;min-height:36px;max-height:min(168px,30cqh);overflow-y:auto;outline:0!important}
::placeholder{color:var(--ink2);opacity:1}
.row{display:flex;align-items:center;justify-content:space-between}
.send{min-width:44px;height:40px;padding-inline:18px;border-radius:10px;background:var(--fill);color:var(--on);font-weight:600;font-size:15px}
.send[aria-disabled=true]{background:none;color:var(--ink2);cursor:default}
.chips{display:flex;flex-wrap:wrap;gap:6px;padding:4px 4px 0;list-style:none}
.chip{display:flex;align-items:center;gap:8px;max-width:100%;padding-inline-start:6px;border:1px solid var(--line);border-radius:8px;font-size:13px;line-height:18px}
.chip img{width:28px;height:28px;object-fit:cover;border-radius:4px}
.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:150px}
.chip button{width:32px;height:36px;display:grid;place-items:center;color:var(--ink2)}
.drop{position:absolute;inset:8px;display:grid;place-items:center;border:2px dashed var(--text);border-radius:10px;background:var(--surface);color:var(--text);font-weight:600;z-index:2;opacity:.96}
@media (prefers-reduced-motion:no-preference){.panel{animation:rise .12s ease-out}@keyframes rise{from{opacity:0;transform:translateY(8px)}}.m.new{animation:rise .12s ease-out}}
@media (prefers-reduced-motion:reduce){.typing .s,.typing .f{animation:none}}
@media (forced-colors:active){.words,.panel,.bubble,.badge,.send{border:1px solid}}
@container (max-width:520px) or (max-height:520px){
.panel,.left .panel{inset:0;width:auto;height:auto;border-radius:0;inset-block-end:var(--keyboard,0px)}
.sheet .panel{inset-block-start:min(196px,34%);border-radius:14px 14px 0 0}
.root.open .bubble{display:none}
.foot{padding-block-end:max(12px,env(safe-area-inset-bottom))}
.head{min-height:60px}
.hello{padding-block:0 12px}}
@container (max-height:420px){.empty .head .mark{display:block}.head{min-height:48px;padding-block:2px}.hello .mark{display:none}.scroll{padding-block:8px;min-height:96px}.foot{max-height:70%;overflow-y:auto}}
`
