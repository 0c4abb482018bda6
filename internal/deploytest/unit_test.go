package deploytest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unit is deploy/systemd/studyhall.service: what each key is set to, in order.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	keys := map[string][]string{}
	for line := range strings.Lines(read(t, "deploy/systemd/studyhall.service")) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%q sets nothing", line)
		}
		keys[key] = append(keys[key], value)
	}
	return keys
}

// TestUnit: the unit starts what there is, hands over every secret that the
// program can have, and doesn't restart what would fail again.
func TestUnit(t *testing.T) {
	u := unit(t)
	for key, want := range map[string]string{
		"Type": "notify", "ExecStart": "/usr/local/bin/studyhall serve", "Restart": "always", "RestartPreventExitStatus": "78",
		"User": "studyhall", "StateDirectory": "studyhall", "WorkingDirectory": "/var/lib/studyhall", "StartLimitIntervalSec": "0",
	} {
		if got := strings.Join(u[key], "|"); got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	var load, set []string
	for _, name := range secrets() {
		load = append(load, name+":/etc/studyhall/secrets/"+name)
		set = append(set, name+`:\n`)
	}
	if got := u["LoadCredential"]; !slices.Equal(sorted(got), sorted(load)) {
		t.Errorf("LoadCredential is %v\nwant %v", got, load)
	}
	if got := u["SetCredential"]; !slices.Equal(sorted(got), sorted(set)) {
		t.Errorf("SetCredential is %v\nwant %v", got, set)
	}
}

// TestAdminRunsAsTheUnit: studyhall-admin gives a verb what the service has.
func TestAdminRunsAsTheUnit(t *testing.T) {
	script, u := read(t, "deploy/systemd/studyhall-admin"), unit(t)
	want := []string{"PrivateTmp=yes"}
	for _, key := range []string{"User", "Group", "WorkingDirectory", "UMask", "EnvironmentFile", "StateDirectory", "StateDirectoryMode"} {
		want = append(want, key+"="+strings.Join(u[key], " "))
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)--property=(\S+)`).FindAllStringSubmatch(script, -1) {
		if !strings.Contains(m[1], "Credential=") {
			got = append(got, m[1])
		}
	}
	if !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("it runs with %v\nwant %v", sorted(got), sorted(want))
	}
	names := regexp.MustCompile(`(?m)^for secret in (.*); do$`).FindStringSubmatch(script)
	if names == nil || !slices.Equal(sorted(strings.Fields(names[1])), sorted(secrets())) {
		t.Errorf("it hands over %q, want %v", names, secrets())
	}
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// exposure is the most that "systemd-analyze security" may find, in tenths; it has
// the Internet (0.3), the host's network (0.5) and files (0.1) and a local socket (0.1).
const exposure = "11"

// TestUnitAnalyzed lets systemd read the unit and weigh what it leaves open.
func TestUnitAnalyzed(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		if os.Getenv("STUDYHALL_REQUIRE_SYSTEMD") != "" {
			t.Fatal(err)
		}
		t.Skip("needs systemd-analyze")
	}
	// It looks for the program, which isn't installed here.
	file := filepath.Join(t.TempDir(), "studyhall.service")
	text := strings.ReplaceAll(read(t, "deploy/systemd/studyhall.service"), "ExecStart=/usr/local/bin/studyhall", "ExecStart=/bin/true")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	analyze := func(args ...string) string {
		out, err := exec.Command("systemd-analyze", append(args, file)...).CombinedOutput()
		if err != nil {
			t.Errorf("systemd-analyze %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if out := analyze("verify", "--man=no"); strings.Contains(out, filepath.Base(file)) {
		t.Error(out)
	}
	out := analyze("security", "--offline=yes", "--threshold="+exposure)
	t.Log(regexp.MustCompile(`Overall.*`).FindString(out))
}
