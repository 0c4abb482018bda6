package killtest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is serve as a process that may die at any time. Whatever it had in hand,
// what its log says, and how far its clock is wrong outlive it.
type server struct {
	t      *testing.T
	binary string
	dir    string
	env    []string
	log    *os.File
	clock  string // the file that moves its clock

	cmd  *exec.Cmd
	dead chan struct{} // closed when the process has ended

	mu      sync.Mutex
	said    []byte // by the process, until it says where it listens
	address string // "" until it does
	serving chan struct{}
	skew    time.Duration // of its clock
}

// newServer prepares the n-th copy.
func newServer(t *testing.T, binary, dir string, n int, env []string) *server {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, fmt.Sprintf("copy%d.log", n)))
	if err != nil {
		t.Fatal(err)
	}
	clock := filepath.Join(dir, fmt.Sprintf("clock%d", n))
	return &server{t: t, binary: binary, dir: dir, log: log, clock: clock, env: append(env, "STUDYHALL_CLOCK="+clock)}
}

var listening = regexp.MustCompile(`"msg":"serving".*"address":"([^"]+)"`)

// Write takes the process's log.
func (s *server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address == "" {
		s.said = append(s.said, p...)
		if m := listening.FindSubmatch(s.said); m != nil {
			s.address = string(m[1])
			close(s.serving)
		}
	}
	return s.log.Write(p)
}

// start runs the program; killAt is a point and which time of passing it, or "".
// It returns once the program listens, or is dead. A port that somebody else took
// meanwhile is not its fault.
func (s *server) start(killAt string) error {
	for range 5 {
		if err := s.begin(killAt); err != nil {
			return err
		}
		select {
		case <-s.serving:
			return nil
		case <-s.dead:
		case <-time.After(startTime):
			return fmt.Errorf("not ready after %s; see %s", startTime, s.log.Name())
		}
		if !s.saidThat("address already in use") {
			return nil
		}
	}
	return errors.New("no port is free")
}

func (s *server) saidThat(words string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.said, []byte(words))
}

func (s *server) begin(killAt string) error {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := free.Addr().String()
	free.Close()
	cmd, dead := exec.Command(s.binary, "serve"), make(chan struct{})
	cmd.Dir, cmd.Stderr, cmd.Stdout = s.dir, s, s
	cmd.Env = append(append(os.Environ(), s.env...), "STUDYHALL_KILL_AT="+killAt, "HTTP_ADDR="+address, "LOG_FORMAT=json", "LOG_LEVEL=info")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said, s.address, s.serving = nil, "", make(chan struct{})
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.dead = cmd, dead
	go func() {
		cmd.Wait() // how it died is looked at in died
		s.mu.Lock()
		s.address = ""
		s.mu.Unlock()
		close(dead)
	}()
	return nil
}

// where is the address the program listens on, "" when it doesn't.
func (s *server) where() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

func (s *server) alive() bool {
	if s.dead == nil {
		return false
	}
	select {
	case <-s.dead:
		return false
	default:
		return true
	}
}

// kill ends the process as a failing machine does, and waits for its end. It works
// on a stopped one, too.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Error(err)
	}
	<-s.dead
}

func (s *server) signal(sig syscall.Signal) {
	if err := s.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Error(err)
	}
}

// frozen reports whether the process is stopped.
func (s *server) frozen() bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "T")
}

// died checks that the process was killed and didn't end by itself.
func (s *server) died() error {
	<-s.dead
	if status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		return fmt.Errorf("the program ended by itself: %s; its log ends\n%s", s.cmd.ProcessState, tail(s.log.Name()))
	}
	return nil
}

// setClock writes how far the clocks are moved.
func (s *server) setClock(machine, domain time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.clock + ".next"
	if err := os.WriteFile(next, fmt.Appendf(nil, "%d %d\n", int64(machine+s.skew), int64(domain)), 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.clock)
}

func (s *server) setSkew(skew time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = skew
}
