namespace JkFleet.Agent.Portal
{
    /// <summary>The two files beside the pages. Everything comes from the device: there may be no internet.</summary>
    internal static class PortalAssets
    {
        // Contrast of every pair is at least 4.5 to 1 in both schemes.
        public const string Style =
            ":root{--bg:#f4f6f8;--card:#fff;--ink:#17202a;--dim:#52606d;--line:#d5dce3;--main:#0b62a8;--bad:#b3261e;color-scheme:light dark}"
            + "@media(prefers-color-scheme:dark){:root{--bg:#10151a;--card:#1a222a;--ink:#e8edf2;--dim:#a3b1be;--line:#33404c;--main:#6db7f2;--bad:#ff8a80}}"
            + "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.45 system-ui,sans-serif}"
            + "header,main{max-width:720px;margin:0 auto;padding:12px 16px}header{display:flex;align-items:center;gap:12px}header a{padding:8px 4px}"
            + "header b{font-size:20px;margin-right:auto}a{color:var(--main)}nav{display:flex;flex-wrap:wrap;gap:4px;max-width:720px;margin:0 auto;padding:0 16px}"
            + "nav a{padding:10px 12px;border-radius:8px;text-decoration:none}nav a[aria-current]{background:var(--main);color:var(--bg)}"
            + "section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;margin:0 0 14px}h1{font-size:20px;margin:0 0 8px}h2{font-size:17px;margin:0 0 8px}"
            + ".big{display:grid;grid-template-columns:1fr 1fr;gap:10px;margin-bottom:10px}@media(min-width:600px){.big{grid-template-columns:1fr 1fr 1fr}}.big div{min-width:0}.big span{display:block;color:var(--dim);font-size:14px}.big b{font-size:26px;font-variant-numeric:tabular-nums}"
            + ".big small{display:block;color:var(--dim)}dl{display:grid;grid-template-columns:minmax(max-content,2fr) minmax(0,3fr);gap:6px 14px;margin:0}@media(max-width:500px){dl{grid-template-columns:minmax(0,2fr) minmax(0,3fr)}}dt{color:var(--dim)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:break-word}"
            + ".cells{display:grid;grid-template-columns:repeat(auto-fill,minmax(96px,1fr));gap:6px}.cells div{border:1px solid var(--line);border-radius:8px;padding:4px 8px;white-space:nowrap;font-variant-numeric:tabular-nums}.cells small{color:var(--dim);display:block}"
            + "label{display:block;margin:10px 0 4px}input,select{width:100%;padding:10px;border:1px solid var(--dim);border-radius:8px;background:var(--bg);color:var(--ink);font:inherit}"
            + "button{margin-top:12px;padding:11px 18px;border:0;border-radius:8px;background:var(--main);color:var(--bg);font:inherit;font-weight:600;cursor:pointer}button.quiet{background:none;color:var(--main);padding:6px;margin:0}button.bad{background:var(--bad)}"
            + "summary{color:var(--main);cursor:pointer;padding:8px 0}.note{border-color:var(--main)}.note.bad{border-color:var(--bad)}p{margin:0 0 8px}p:last-child{margin:0}p:empty{display:none}input+.dim,select+.dim,dl+.dim{margin-top:6px}::placeholder{color:var(--dim);opacity:1}.dim{color:var(--dim)}.lost,.big .lost{color:var(--bad);font-weight:600}:focus-visible{outline:3px solid var(--main);outline-offset:2px}";

        // Who wants to type a port gets a field at once (without script: from the device, after saving). Then a poll that asks again
        // only after the last answer, and says so when the device is gone.
        public const string Script =
            "document.addEventListener('change',function(e){var s=e.target;if(!s.dataset.eg||s.value!='?')return;var i=document.createElement('input');"
            + "i.id=i.name=s.name;i.placeholder=s.dataset.eg;i.maxLength=160;i.autocapitalize='off';i.spellcheck=false;s.replaceWith(i);i.focus()});"
            + "(function(){var l=document.getElementById('live');if(!l)return;"
            + "function ask(){fetch('/status.json',{cache:'no-store'}).then(function(r){if(r.status==401){location.href='/';throw 0}return r.json()}).then(function(j){"
            + "if(j.s!=l.dataset.s){location.reload();return}"
            + "for(var k in j){var e=document.getElementById(k);if(!e)continue;if(e.textContent!=j[k])e.textContent=j[k];e.classList.toggle('lost',j.bad.indexOf(','+k+',')>=0)}"
            + "l.textContent=''}).catch(function(){l.textContent=l.dataset.lost}).then(function(){setTimeout(ask,2000)})}"
            + "setTimeout(ask,1000)})()";
    }
}
