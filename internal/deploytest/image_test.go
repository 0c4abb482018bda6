//go:build linux

package deploytest

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// patient is the longest a loaded machine may take for what is done at once.
const patient = 2 * time.Minute

// image is a folder with what the Dockerfile puts into the image.
type image struct {
	t       *testing.T
	root    string
	env     []string
	id      uint32
	dir     string
	program string
	command []string // without arguments
}

// TestImage runs the program in a chroot with the image's files and nothing else,
// as its user and with its variables, the way Docker would.
func TestImage(t *testing.T) {
	release := os.Getenv("STUDYHALL_RELEASE")
	if release == "" || os.Getuid() != 0 {
		if os.Getenv("STUDYHALL_REQUIRE_RELEASE") != "" {
			t.Fatalf("STUDYHALL_RELEASE is %q, the user %d", release, os.Getuid())
		}
		t.Skip("needs STUDYHALL_RELEASE, a folder that deploy/release made, and root; see CONTRIBUTING.md")
	}
	i := assemble(t, released(t, release))
	before := i.files()
	t.Run("verbs", i.verbs)
	t.Run("serve", i.serve)
	t.Run("demo", i.demo)
	t.Run("authorities", i.authorities)
	for _, name := range i.files() {
		if !slices.Contains(before, name) {
			t.Errorf("it wrote %s, which is outside /data and /tmp", name)
		}
	}
}

// released is the program for this machine from a release's archive.
func released(t *testing.T, folder string) []byte {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "studyhall-*-linux-amd64.tar.gz"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%d archives for linux/amd64 in %s (%v)", len(found), folder, err)
	}
	f, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var program []byte
	var names []string
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(header.Name, "/")
		names = append(names, name)
		if name == "studyhall" {
			if program, err = io.ReadAll(archive); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, want := range []string{"README.md", "LICENSE", ".env.example", "docs/operations.md", "systemd/studyhall.service", "systemd/studyhall-admin", "studyhall"} {
		if !slices.Contains(names, want) {
			t.Errorf("the archive has no %s", want)
		}
	}
	return program
}

// assemble does what the Dockerfile's last stage says.
func assemble(t *testing.T, program []byte) *image {
	t.Helper()
	final := stages(t)[1]
	i := &image{t: t, root: t.TempDir(), dir: the(t, final, "WORKDIR"), env: each(final, "ENV")}
	user, _, _ := strings.Cut(the(t, final, "USER"), ":")
	id, err := strconv.ParseUint(user, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	i.id = uint32(id)
	var entry []string
	if err := json.Unmarshal([]byte(the(t, final, "ENTRYPOINT")), &entry); err != nil {
		t.Fatal(err)
	}
	i.program, i.command = entry[0], entry[1:]
	if err := os.Chmod(i.root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, copied := range each(final, "COPY") {
		words := strings.Fields(copied)
		from, to := words[len(words)-2], words[len(words)-1]
		switch path.Base(from) {
		case "studyhall":
			i.write(to, program, 0o755)
		case "data", "tmp": // empty folders
			if !slices.Contains(words, "--chown="+the(t, final, "USER")) {
				t.Errorf("%s isn't the user's", to)
			}
			i.mkdir(to)
		default:
			i.write(to, []byte(read(t, from)), 0o644)
		}
	}
	return i
}

// mkdir makes a folder of the image's user.
func (i *image) mkdir(name string) {
	i.t.Helper()
	at := filepath.Join(i.root, name)
	if err := errors.Join(os.MkdirAll(at, 0o755), os.Chown(at, int(i.id), int(i.id))); err != nil {
		i.t.Fatal(err)
	}
}

// write makes a file that belongs to root.
func (i *image) write(name string, data []byte, mode fs.FileMode) {
	i.t.Helper()
	at := filepath.Join(i.root, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, data, mode)); err != nil {
		i.t.Fatal(err)
	}
}

// files are all names in the image but those in /data and /tmp.
func (i *image) files() (all []string) {
	err := fs.WalkDir(os.DirFS(i.root), ".", func(name string, _ fs.DirEntry, err error) error {
		if name == "data" || name == "tmp" {
			return fs.SkipDir
		}
		all = append(all, name)
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
	return all
}

// call is the program with arguments, in the chroot, with variables beside the
// image's.
func (i *image) call(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(i.program, append(slices.Clone(i.command), args...)...)
	cmd.Dir, cmd.Env = i.dir, append(slices.Clone(i.env), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: i.root, Credential: &syscall.Credential{Uid: i.id, Gid: i.id}, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// says runs the program to its end and checks its exit code and some of its words.
func (i *image) says(t *testing.T, code int, words string, env []string, args ...string) {
	t.Helper()
	cmd := i.call(env, args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), words) {
		t.Errorf("%v ends with %d, want %d and %q:\n%s", args, got, code, words, out)
	}
}

func (i *image) verbs(t *testing.T) {
	i.says(t, 0, "studyhall 0.", nil, "version")
	i.says(t, 0, "2026-11-23T07:30:00+13:45", nil, "schedule", "preview", "-cron", "30 7 * * *", "-zone", "Pacific/Chatham", "-count", "1", "-from", "2026-11-22T12:00:00Z")
	i.says(t, 0, "Nothing is broken.", nil, "doctor", "-offline")
	i.says(t, 78, "studyhall demo", nil, "serve")
	i.says(t, 1, "not well", []string{"HTTP_ADDR=" + free(t)}, "healthcheck")
	i.says(t, 78, "SECRETS_DIR", []string{"SECRETS_DIR=/nowhere"}, "doctor")
}

// free is an address that nobody listened on a moment ago.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// begin starts the program and stops it, as Docker does, at the end of the test.
func (i *image) begin(t *testing.T, env []string, args ...string) {
	t.Helper()
	cmd := i.call(env, args...)
	said := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		killed := time.AfterFunc(patient, func() { cmd.Process.Kill() })
		defer killed.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v ends with %v, want 0", args, err)
		}
		if t.Failed() {
			t.Logf("%v said:\n%s", args, said)
		}
	})
}

// await asks until it is answered.
func await(t *testing.T, ask func() error) {
	t.Helper()
	for until := time.Now().Add(patient); ; time.Sleep(50 * time.Millisecond) { // another process: there is nothing to wait on
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(until) {
			t.Fatal(err)
		}
	}
}

// serve runs the bot with its token in a folder of secrets, on a Discord that
// answers, until healthcheck finds it well; then a backup, and doctor beside it.
func (i *image) serve(t *testing.T) {
	d := discordtest.New(t, discordtest.Options{TCP: true, Schema: "-"})
	i.write("/run/secrets/discord_token", []byte(d.Token()+"\n"), 0o444)
	defer os.RemoveAll(filepath.Join(i.root, "run"))
	env := []string{"SECRETS_DIR=/run/secrets", "DISCORD_API_URL=" + d.URL(), "HTTP_ADDR=" + free(t)}
	i.begin(t, env, "serve")
	await(t, func() error { return i.call(env, "healthcheck").Run() })
	i.says(t, 0, "Nothing is broken.", env, "doctor")
	i.says(t, 0, "copy.db", env, "backup", "/data/copy.db")
	for _, name := range []string{"studyhall.db", "copy.db"} {
		if info, err := os.Stat(filepath.Join(i.root, "data", name)); err != nil || info.Sys().(*syscall.Stat_t).Uid != i.id {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// demo runs the browser chat, whose database is in /tmp.
func (i *image) demo(t *testing.T) {
	address := free(t)
	i.begin(t, nil, "demo", "-empty", "-no-open", "-addr", address)
	await(t, func() error { return i.call([]string{"HTTP_ADDR=" + address}, "healthcheck").Run() })
}

// authorities: over HTTPS it believes the authorities that it brings along, and
// not a stranger; a list at the usual place, such as a hospital's, is believed in
// their place.
func (i *image) authorities(t *testing.T) {
	d := discordtest.New(t, discordtest.Options{TCP: true, Schema: "-"})
	plain, err := url.Parse(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	plain.Path = ""
	secure := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(plain))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // who hangs up is told by doctor
	secure.StartTLS()
	defer secure.Close()
	env := []string{"DISCORD_TOKEN=" + d.Token(), "DISCORD_API_URL=" + secure.URL + "/api"}
	i.says(t, 1, "certificate signed by unknown authority", env, "doctor")
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	i.write("/etc/ssl/certs/ca-certificates.crt", own, 0o644)
	i.says(t, 0, "Discord knows it as", env, "doctor")
	if err := os.RemoveAll(filepath.Join(i.root, "etc")); err != nil {
		t.Fatal(err)
	}
}
