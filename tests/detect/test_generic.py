"""Generic credentials: found where they stand, and nothing else is."""

from __future__ import annotations

import pytest

from tests.detect.conftest import Find

FOUND = [
    (".env", "DB_PASSWORD=hunter2x"),
    (".env", "DB_PASSWORD=letmein"),
    (".env", "export API_TOKEN=q8Zk2LmN4pR7tY1u"),
    ("app.properties", "spring.datasource.password=Winter2024"),
    ("app.ini", "[db]\npassword = tr0ub4dor"),
    ("app.yaml", "db:\n  password: tr0ub4dor&3"),
    ("app.json", '{"db": {"password": "tr0ub4dor&3"}}'),
    ("app.toml", 'password = "tr0ub4dor&3"'),
    ("app.py", 'password = "tr0ub4dor&3"'),
    ("app.py", 'PASSWORDS = {"password": "tr0ub4dor&3"}'),
    ("app.py", 'client.login("admin", "tr0ub4dor&3")'),
    ("App.java", 'config.setPassword("tr0ub4dor&3");'),
    ("App.java", 'props.put("password", "tr0ub4dor&3");'),
    ("app.rb", "config.secret = 'q8Zk2LmN4pR7tY1uWv3X'"),
    ("app.php", "'password' => 'tr0ub4dor&3',"),
    ("app.js", "const token = 'q8Zk2LmN4pR7tY1uWv3X';"),
    ("app.cs", 'var c = "Server=db;User Id=svc;Password=tr0ub4dor&3;";'),
    ("app.go", 'password := "tr0ub4dor&3"'),
    ("web.xml", "<password>tr0ub4dor&amp;3</password>"),
    ("web.config", '<add key="DbPassword" value="tr0ub4dor3" />'),
    ("deploy.yaml", "env:\n  - name: DB_PASSWORD\n    value: tr0ub4dor3"),
    ("init.sql", "CREATE USER 'app'@'%' IDENTIFIED BY 'tr0ub4dor3';"),
    ("init.sql", "ALTER ROLE app WITH PASSWORD 'tr0ub4dor3';"),
    ("run.sh", "mysql -u app -ptr0ub4dor3 shop"),
    ("run.sh", "curl -u app:tr0ub4dor3 https://files.acme.net/x"),
    ("run.sh", "sshpass -p tr0ub4dor3 ssh app@10.0.0.7"),
    ("run.sh", "docker login -u app -p tr0ub4dor3 registry.acme.net"),
    ("run.ps1", 'ConvertTo-SecureString "tr0ub4dor3" -AsPlainText -Force'),
    ("notes.txt", "the password is tr0ub4dor3"),
    ("call.http", "GET /v1?page=2&access_token=q8Zk2LmN4pR7tY1uWv3X"),
    ("data.json", '{"body": "{\\"password\\":\\"tr0ub4dor3\\"}"}'),
    ("old.py", "# password = 'tr0ub4dor3'"),
]
NOT_FOUND = [
    ("app.py", "password = get_password()"),
    ("app.py", "password = password"),
    ("app.py", "token: str = ''"),
    ("app.py", 'secret = os.environ["SECRET"]'),
    ("app.py", "api_key = settings.api_key"),
    ("app.py", 'API_KEY = "apiKey"'),
    ("app.ts", "password: string;"),
    ("app.ts", "token: tokenVariable,"),
    ("App.java", 'String passwordField = "password";'),
    ("App.java", 'private static final String TOKEN_URL = "https://id.acme.net/token";'),
    ("de.json", '{"password": "Passwort", "token": "Zeichen"}'),
    ("en.json", '{"password": "Enter your password", "secret": "Keep this secret"}'),
    ("form.html", '<input type="password" name="password" placeholder="Password">'),
    ("app.yaml", "password: ${DB_PASSWORD}"),
    ("app.yaml", "secretName: db-credentials"),
    ("app.yaml", "passwordSecretRef:\n  name: db\n  key: password"),
    (".env", "DB_PASSWORD="),
    (".env", "DB_PASSWORD=changeme"),
    (".env", "API_KEY=<your key>"),
    (".env.example", "SECRET_KEY=your-secret-key"),
    ("main.tf", "password = var.db_password"),
    ("README.md", "Set the password and the token before you start."),
    ("README.md", "Basic authentication needs a token."),
    ("lock.json", '{"integrity": "sha512-' + "Ab3" * 20 + '=="}'),
    ("style.css", ".password-field { color: red; }"),
    ("app.js", "if (password === confirmPassword) {"),
    ("app.js", "const nextToken = 'AAAA1111bbbb2222cccc';"),
    ("test.py", 'expect(form.password).toBe("required")'),
    ("run.sh", "mysql -u root -p shop"),
    ("run.sh", 'curl -u "$USER:$PASS" https://files.acme.net'),
    ("run.sh", "docker run -p 8080:80 web"),
]


@pytest.mark.parametrize(("file", "text"), FOUND)
def test_a_credential_is_found_where_it_stands(file: str, text: str, find: Find) -> None:
    assert find(text, file), f"nothing found in {file}"


@pytest.mark.parametrize(("file", "text"), NOT_FOUND)
def test_what_only_looks_like_one_is_not(file: str, text: str, find: Find) -> None:
    assert not [(match.rule, match.context) for match in find(text, file)]


def test_one_value_gives_one_finding(find: Find) -> None:
    token = "ghp_" + "aZ3kQ9xW7mB2cV5nL8pR1tY4uI6oE0sD" + "2bN7"
    found = find(f"curl -H 'Authorization: Bearer {token}' https://x:{token}@git.acme.net/a?token={token}")
    assert [match.rule for match in found] == [found[0].rule] * 3
