namespace JkFleet.Agent.Portal
{
    /// <summary>What every page is made of: its frame, and the few elements that the pages share.</summary>
    internal sealed class PageKit
    {
        public readonly PageWriter W;
        public readonly PortalText T;
        private string _form = "";

        public PageKit(PortalText text, PageWriter writer)
        {
            T = text;
            W = writer;
        }

        /// <summary>A page for somebody who is not signed in.</summary>
        public void BeginOutside(string form, string title, int notice, int seconds)
        {
            Head(form, title);
            W.Raw("</header><main>");
            Tell(notice, seconds);
        }

        /// <summary>A page with the menu.</summary>
        public void Begin(string form, string here, string title, int notice, int seconds)
        {
            Head(form, title);
            Form("/logout");
            W.Raw("<button class=quiet>");
            Say("Sign out", "Salir");
            W.Raw("</button></form></header><nav>");
            Link("/", here, "Status", "Estado");
            Link("/setup", here, "Setup", "Ajustes");
            Link("/profile", here, "Profile", "Perfil");
            Link("/device", here, "Device", "Equipo");
            W.Raw("</nav><main>");
            Tell(notice, seconds);
        }

        public void End()
        {
            W.Raw("</main></body></html>");
        }

        public void Open(string en, string es)
        {
            W.Raw("<section><h2>");
            Say(en, es);
            W.Raw("</h2>");
        }

        public void Close()
        {
            W.Raw("</section>");
        }

        public void Note(string text, bool bad)
        {
            W.Raw(bad ? "<section class=\"note bad\" role=alert>" : "<section class=note role=status>");
            W.Text(text);
            W.Raw("</section>");
        }

        public void Paragraph(string en, string es)
        {
            W.Raw("<p>");
            Say(en, es);
            W.Raw("</p>");
        }

        public void Small(string en, string es)
        {
            W.Raw("<p class=dim>");
            Say(en, es);
            W.Raw("</p>");
        }

        public void NextStart()
        {
            Small("Takes effect at the next start.", "Vale desde el próximo arranque.");
        }

        /// <summary>A name of a list; its value follows, then "/dd".</summary>
        public void Dt(string en, string es)
        {
            W.Raw("<dt>");
            Say(en, es);
            W.Raw("</dt><dd>");
        }

        public void Form(string action)
        {
            W.Raw("<form method=post action=");
            W.Raw(action);
            W.Raw(">");
            Hidden("form", _form);
        }

        public void Hidden(string name, string value)
        {
            W.Raw("<input type=hidden name=");
            W.Raw(name);
            W.Raw(" value=\"");
            W.Text(value);
            W.Raw("\">");
        }

        public void Input(string name, string en, string es, string how, string value)
        {
            Label(name, en, es);
            W.Raw("<input id=");
            W.Raw(name);
            W.Raw(" name=");
            W.Raw(name);
            W.Raw(" ");
            W.Raw(how);
            if (value.Length > 0)
            {
                W.Raw(" value=\"");
                W.Text(value);
                W.Raw("\"");
            }

            W.Raw(">");
        }

        /// <summary>A new password, written twice.</summary>
        public void NewPassword(string en, string es)
        {
            const string How = "type=password required minlength=8 maxlength=64 autocomplete=new-password";
            Input("password", en, es, How, "");
            Input("again", "The same again", "Otra vez la misma", How, "");
            Small("8 to 64 characters", "De 8 a 64 caracteres");
        }

        public void Select(string name, string en, string es, string[] choices, string chosen)
        {
            BeginSelect(name, en, es, "");
            for (int i = 0; i < choices.Length; i++)
            {
                string meaning = ProtocolWords.Of(choices[i], T);
                Choice(choices[i], choices[i] == chosen, meaning.Length > 0 ? choices[i] + " \u00b7 " + meaning : choices[i]);
            }

            W.Raw("</select>");
        }

        /// <summary>A list whose choices and end follow.</summary>
        /// <param name="name">Name of the field.</param>
        /// <param name="en">Label in English.</param>
        /// <param name="es">Label in Spanish.</param>
        /// <param name="example">Of what may be typed instead; "" = nothing else.</param>
        public void BeginSelect(string name, string en, string es, string example)
        {
            Label(name, en, es);
            W.Raw("<select id=");
            W.Raw(name);
            W.Raw(" name=");
            W.Raw(name);
            if (example.Length > 0)
            {
                W.Raw(" data-eg=");
                W.Raw(example);
            }

            W.Raw(">");
        }

        public void Choice(string value, bool chosen, string text)
        {
            W.Raw("<option value=\"");
            W.Text(value);
            W.Raw(chosen ? "\" selected>" : "\">");
            W.Text(text);
            W.Raw("</option>");
        }

        /// <summary>The button of a form, and its end.</summary>
        public void Button(string en, string es)
        {
            Submit("<button>", en, es);
        }

        /// <summary>The button of a form that destroys something.</summary>
        public void BadButton(string en, string es)
        {
            Submit("<button class=bad>", en, es);
        }

        public void RestartForm()
        {
            Form("/restart");
            Small("The inverter hears zero limits first, then the device starts anew.", "El inversor recibe primero límites cero y después el equipo arranca de nuevo.");
            Button("Restart now", "Reiniciar ahora");
        }

        /// <summary>The page asks again while something is under way.</summary>
        public void AskAgain(string where)
        {
            W.Raw("<meta http-equiv=refresh content=\"2;url=");
            W.Raw(where);
            W.Raw("\">");
        }

        public void Script()
        {
            W.Raw("<script src=/portal.js defer></script>");
        }

        public void Say(string en, string es)
        {
            W.Text(T.Of(en, es));
        }

        private void Head(string form, string title)
        {
            _form = form;
            W.Raw("<!doctype html><html lang=");
            Say("en", "es");
            W.Raw("><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
            W.Text(title);
            W.Raw(" \u00b7 JkFleet</title><link rel=stylesheet href=/portal.css></head><body><header><b>JkFleet</b><a href=\"?lang=");
            Say("es", "en");
            W.Raw("\" hreflang=");
            Say("es", "en");
            W.Raw(" lang=");
            Say("es", "en");
            W.Raw(">");
            Say("Español", "English");
            W.Raw("</a>");
        }

        private void Tell(int notice, int seconds)
        {
            if (notice == Notice.None) return;
            string text = Notice.Of(notice, T);
            Note(seconds > 0 ? text + " " + seconds.ToString() : text, Notice.IsBad(notice));
        }

        private void Link(string where, string here, string en, string es)
        {
            W.Raw("<a href=");
            W.Raw(where);
            W.Raw(where == here ? " aria-current=page>" : ">");
            Say(en, es);
            W.Raw("</a>");
        }

        private void Label(string name, string en, string es)
        {
            W.Raw("<label for=");
            W.Raw(name);
            W.Raw(">");
            Say(en, es);
            W.Raw("</label>");
        }

        private void Submit(string tag, string en, string es)
        {
            W.Raw(tag);
            Say(en, es);
            W.Raw("</button></form>");
        }
    }
}
