namespace JkFleet.Agent.Portal
{
    /// <summary>What a stranger sees: the first start, or the question for the password.</summary>
    internal sealed class DoorPage
    {
        private readonly PageKit _p;

        public DoorPage(PageKit kit)
        {
            _p = kit;
        }

        public void Write(string form, bool hasPassword, int notice, int seconds)
        {
            string title = hasPassword ? _p.T.Of("Sign in", "Entrar") : _p.T.Of("First start", "Primer arranque");
            _p.BeginOutside(form, title, notice, seconds);
            _p.W.Raw("<section><h1>");
            _p.W.Text(title);
            _p.W.Raw("</h1>");
            if (hasPassword) SignIn();
            else FirstStart();
            _p.Close();
            _p.End();
        }

        private void SignIn()
        {
            _p.Form("/login");
            _p.Input("password", "Password", "Contraseña", "type=password required autofocus maxlength=64 autocomplete=current-password", "");
            _p.Button("Sign in", "Entrar");
        }

        private void FirstStart()
        {
            _p.Paragraph("Choose a password for this device. Without it nobody can look or change anything here.", "Elija una contraseña para este equipo. Sin ella nadie puede ver ni cambiar nada aquí.");
            _p.Form("/welcome");
            _p.NewPassword("Password", "Contraseña");
            _p.Button("Save", "Guardar");
        }
    }
}
