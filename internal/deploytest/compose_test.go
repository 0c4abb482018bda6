package deploytest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composed is of compose.yaml what the tests look at.
type composed struct {
	Services map[string]struct {
		Image       string
		Profiles    []string
		Environment map[string]string
		Ports       []string
		Volumes     []string
		ReadOnly    bool     `yaml:"read_only"`
		CapDrop     []string `yaml:"cap_drop"`
		SecurityOpt []string `yaml:"security_opt"`
		Restart     string
		Tmpfs       []string
		StopGrace   string `yaml:"stop_grace_period"`
		Healthcheck struct{ Test []string }
		DependsOn   map[string]struct {
			Condition string
			Required  bool
		} `yaml:"depends_on"`
	}
	Volumes map[string]any
	Secrets map[string]struct{ File string }
}

// TestCompose: what the compose file names exists in the program and its image,
// and nothing is open that needn't be. The compose specification itself is held
// against it by oracles/compose.
func TestCompose(t *testing.T) {
	var c composed
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	final := stages(t)[1]
	bot, db := c.Services["studyhall"], c.Services["postgres"]
	if len(c.Services) != 2 || len(bot.Profiles) > 0 || !slices.Equal(db.Profiles, []string{"postgres"}) {
		t.Errorf("%d services; the bot is to run always, PostgreSQL with its profile", len(c.Services))
	}
	for name := range bot.Environment {
		if !known(name) {
			t.Errorf("%s is set, which the program doesn't read", name)
		}
	}
	if bot.Environment["DATABASE_URL"] != "" {
		t.Error("a variable would win over secrets/database_url, and PostgreSQL could not be chosen")
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(the(t, final, "ENV"), "HTTP_ADDR="), ":")
	if want := "127.0.0.1:" + port + ":" + port; !slices.Equal(bot.Ports, []string{want}) || the(t, final, "EXPOSE") != port {
		t.Errorf("ports %v, want %s alone", bot.Ports, want)
	}
	mounts := map[string]string{}
	for _, v := range bot.Volumes {
		from, to, _ := strings.Cut(v, ":")
		mounts[to] = from
		if _, ok := c.Volumes[from]; !ok && !strings.HasPrefix(from, "./") {
			t.Errorf("there is no volume %s", from)
		}
	}
	if mounts[the(t, final, "VOLUME")] != "data" || mounts[bot.Environment["SECRETS_DIR"]+":ro"] != "./secrets" {
		t.Errorf("mounts are %v", mounts)
	}
	for name, s := range c.Services {
		if s.Restart != "unless-stopped" || s.StopGrace == "" || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
			t.Errorf("%s is not restarted, stopped kindly, or may do more than it needs: %+v", name, s)
		}
	}
	if !bot.ReadOnly || len(bot.Tmpfs) != 1 || !strings.HasPrefix(bot.Tmpfs[0], "/tmp:") {
		t.Error("the bot writes elsewhere than in /data and /tmp")
	}
	if on := bot.DependsOn["postgres"]; on.Condition != "service_healthy" || on.Required || len(db.Healthcheck.Test) < 2 {
		t.Errorf("the bot waits for PostgreSQL as %+v, which is checked with %v", on, db.Healthcheck.Test)
	}
	file := db.Environment["POSTGRES_PASSWORD_FILE"]
	if secret := c.Secrets[strings.TrimPrefix(file, "/run/secrets/")]; len(db.Ports) > 0 || secret.File != "./secrets/postgres_password" {
		t.Errorf("PostgreSQL's ports are %v, its password comes from %q", db.Ports, secret.File)
	}
	for _, used := range regexp.MustCompile(`secrets/([a-z_]+)`).FindAllStringSubmatch(read(t, "compose.yaml"), -1) {
		if name := used[1]; name != "postgres_password" && !slices.Contains(secrets(), name) {
			t.Errorf("secrets/%s is no secret of the program", name)
		}
	}
}
