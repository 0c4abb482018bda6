package killtest

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is serve as a process that may die at any time. Whatever it had in
// hand, and what its log says, outlives it.
type server struct {
	t      *testing.T
	binary string
	dir    string
	env    []string
	log    *os.File

	cmd  *exec.Cmd
	dead chan struct{} // closed when the process has ended
	fuse *time.Timer   // that kills it

	mu      sync.Mutex
	said    []byte // by the process, until it says where it listens
	address string // "" until it does
	serving chan struct{}
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

// start runs the program; killAt is a point and which time of passing it, or
// "". It is killed after that time in any case, if there is one. The machine's
// clock is ahead by so much. It returns once the program listens or was killed.
// A port that somebody else took meanwhile is not its fault.
func (s *server) start(killAt string, after, ahead time.Duration) {
	s.t.Helper()
	for range 5 {
		s.begin(killAt, after, ahead)
		select {
		case <-s.serving:
			return
		case <-s.dead:
		case <-time.After(startTime):
			s.t.Fatalf("not ready after %s; see %s", startTime, s.log.Name())
		}
		if !s.taken() {
			s.died()
			return
		}
	}
	s.t.Fatal("no port is free")
}

// taken reports whether the program found its port taken.
func (s *server) taken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.said, []byte("address already in use"))
}

func (s *server) begin(killAt string, after, ahead time.Duration) {
	s.t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	cmd, dead := exec.Command(s.binary, "serve"), make(chan struct{})
	cmd.Dir, cmd.Stderr, cmd.Stdout = s.dir, s, s
	cmd.Env = append(append(os.Environ(), s.env...), "STUDYHALL_KILL_AT="+killAt, "STUDYHALL_CLOCK_AHEAD="+ahead.String(),
		"HTTP_ADDR="+address, "LOG_FORMAT=json", "LOG_LEVEL=info")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said, s.address, s.serving = nil, "", make(chan struct{})
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.cmd, s.dead, s.fuse = cmd, dead, nil
	if after > 0 {
		s.fuse = time.AfterFunc(after, func() { cmd.Process.Kill() })
	}
	go func() {
		cmd.Wait() // how it died is looked at in died
		close(dead)
	}()
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

// kill ends the process as a failing machine does, and waits for its end.
func (s *server) kill() {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Error(err)
	}
	<-s.dead
}

// died checks that the process was killed and didn't end by itself.
func (s *server) died() {
	s.t.Helper()
	<-s.dead
	if status, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		s.t.Fatalf("the program ended by itself: %s", s.cmd.ProcessState)
	}
}
