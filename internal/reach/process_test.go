package reach

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	built = flag.String("reach.binary", "", "the program to measure; without it, the one of this tree is built")
	given = flag.String("reach.env", "", "variables for it, separated by commas, such as GOGC=50")
)

// patience bounds whatever a process is waited for.
const patience = 2 * time.Minute

// compile makes the program once for all that is measured.
func compile(t testing.TB, more ...string) string {
	t.Helper()
	if *built != "" {
		return *built
	}
	binary := filepath.Join(t.TempDir(), "studyhall")
	args := append(append([]string{"build", "-ldflags=-s -w"}, more...), "-o", binary, "studyhall/cmd/studyhall")
	out, err := exec.Command("go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// process is the program at work.
type process struct {
	testing.TB
	cmd   *exec.Cmd
	at    string        // host and port
	took  time.Duration // from its start until it said that it is ready
	ended chan struct{}

	mu   sync.Mutex
	said bytes.Buffer
}

// Write takes the process's log.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

// log is what it has said so far.
func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// start runs the program until it is ready; it ends with the test or by stop.
func start(t testing.TB, binary string, env ...string) *process {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{TB: t, at: free.Addr().String(), ended: make(chan struct{})}
	free.Close()
	dir := t.TempDir()
	p.cmd = exec.Command(binary, "serve")
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p, p
	p.cmd.Env = append([]string{"HOME=" + dir, "XDG_CACHE_HOME=" + os.TempDir(), "LOG_FORMAT=json", "HTTP_ADDR=" + p.at}, env...)
	if *given != "" {
		p.cmd.Env = append(p.cmd.Env, strings.Split(*given, ",")...)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // how it ended is looked at in stop
		close(p.ended)
	}()
	t.Cleanup(p.stop)
	for !p.ready() {
		select {
		case <-p.ended:
			t.Fatalf("it ended before it was ready:\n%s", p.log())
		case <-time.After(time.Millisecond):
		}
		if time.Since(began) > patience {
			t.Fatalf("not ready after %s:\n%s", patience, p.log())
		}
	}
	p.took = time.Since(began)
	return p
}

// ready asks the program as a load balancer does.
func (p *process) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.at+"/readyz", nil)
	if err != nil {
		p.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// stop asks the program to end and waits for that.
func (p *process) stop() {
	p.Helper()
	select {
	case <-p.ended:
		return
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.Error(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.cmd.Process.Kill()
		p.Errorf("it didn't end in %s:\n%s", patience, p.log())
	}
}

// resident is the memory that the process has of the machine, in MB, now and at
// most so far. Linux alone tells; elsewhere they are 0.
func (p *process) resident() (now, most float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			now = kb / 1024
		case name == "VmHWM":
			most = kb / 1024
		}
	}
	return now, most
}

// busy is how long the process, or one with that number, has kept a core busy.
func busy(pid int) time.Duration {
	// The first field of each is how long that thread ran, in ns.
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0
	}
	var all time.Duration
	for _, task := range tasks {
		stat, err := os.ReadFile(task)
		if err != nil {
			continue // a thread that has ended
		}
		first, _, _ := strings.Cut(string(stat), " ")
		if ns, err := strconv.ParseInt(first, 10, 64); err == nil {
			all += time.Duration(ns)
		}
	}
	return all
}

// load is the machine's load average over a minute.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return n
}
