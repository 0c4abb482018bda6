package discord

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// proxied answers a CONNECT as a small proxy does, and then says what reached it.
func proxied(c net.Conn, answer string) (request *http.Request, rest io.Reader) {
	in := bufio.NewReader(c)
	request, err := http.ReadRequest(in)
	if err != nil {
		return nil, nil
	}
	io.WriteString(c, answer)
	return request, in
}

// TestDialByProxy has the gateway reached by what HTTPS_PROXY names.
func TestDialByProxy(t *testing.T) {
	const yes = "HTTP/1.1 200 Connection established\r\n\r\n"
	for _, test := range []struct {
		name, proxy, answer string
		dials, auth, fails  string
	}{
		{"none", "", "", "gateway.test:443", "", ""},
		{"a proxy", "http://proxy.test:3128", yes, "proxy.test:3128", "", ""},
		{"at its usual port", "http://proxy.test", yes, "proxy.test:80", "", ""},
		{"with a password", "http://ann:secret@proxy.test:3128", yes, "proxy.test:3128", "Basic YW5uOnNlY3JldA==", ""},
		{"that refuses", "http://proxy.test:3128", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy.test:3128", "", "407 Proxy"},
		{"that is none", "http://proxy.test:3128", "220 ready for mail\r\n", "proxy.test:3128", "", "malformed"},
		{"of a kind nobody knows", "gopher://proxy.test", "", "", "", "unknown scheme"},
		{"that speaks SOCKS", "socks5://proxy.test", "", "proxy.test:1080", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				defer theirs.Close()
				dialled, asked := "", make(chan *http.Request, 1)
				g := &gateway{dial: func(_ context.Context, _, address string) (net.Conn, error) {
					dialled = address
					return ours, nil
				}, proxy: func(r *http.Request) (*url.URL, error) {
					if r.URL.Scheme != "http" || r.URL.Host != "gateway.test:443" {
						t.Errorf("the proxy of %s is asked for", r.URL)
					}
					if test.proxy == "" {
						return nil, nil
					}
					return url.Parse(test.proxy)
				}}
				socks := strings.HasPrefix(test.proxy, "socks")
				go func() {
					switch {
					case socks:
						io.ReadFull(theirs, make([]byte, 3))
						theirs.Write([]byte{5, 0})
						io.ReadFull(theirs, make([]byte, 4+1+len("gateway.test")+2))
						theirs.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
						io.Copy(theirs, theirs)
					case test.proxy != "":
						request, rest := proxied(theirs, test.answer)
						asked <- request
						if rest != nil {
							io.Copy(theirs, rest)
						}
					default:
						io.Copy(theirs, theirs)
					}
				}()
				c, err := g.dialWith(t.Context(), "tcp", "gateway.test:443", false)
				if dialled != test.dials {
					t.Errorf("connected to %q, want %q", dialled, test.dials)
				}
				if test.fails != "" {
					if err == nil || !strings.Contains(err.Error(), test.fails) {
						t.Errorf("got %v, want %q", err, test.fails)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if test.answer != "" {
					if r := <-asked; r.Method != http.MethodConnect || r.Host != "gateway.test:443" || r.Header.Get("Proxy-Authorization") != test.auth {
						t.Errorf("the proxy was asked %s %s with %v", r.Method, r.Host, r.Header)
					}
				}
				echo := make([]byte, 2)
				go io.WriteString(c, "hi")
				if _, err := io.ReadFull(c, echo); err != nil || string(echo) != "hi" {
					t.Errorf("through it came %q, %v", echo, err)
				}
			})
		})
	}
}

// TestDialThatHangs has nothing answer, or a proxy only take the connection.
func TestDialThatHangs(t *testing.T) {
	for _, test := range []struct {
		name  string
		proxy *url.URL
	}{{"no proxy", nil}, {"a proxy", &url.URL{Scheme: "http", Host: "proxy.test"}}, {"a proxy with TLS", &url.URL{Scheme: "https", Host: "proxy.test"}}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				go io.Copy(io.Discard, theirs)
				g := &gateway{dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
					if test.proxy == nil {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					return ours, nil
				}, proxy: func(*http.Request) (*url.URL, error) { return test.proxy, nil }}
				began := time.Now()
				_, err := g.dialWith(context.Background(), "tcp", "gateway.test:443", false)
				if took := time.Since(began); err == nil || took > openTime {
					t.Errorf("got %v after %s, want an error within %s", err, took, openTime)
				}
				theirs.Close()
			})
		})
	}
}

// TestProxyOfTheEnvironment has a gateway with TLS asked for as the environment's
// HTTPS_PROXY is meant.
func TestProxyOfTheEnvironment(t *testing.T) {
	stop := errors.New("seen")
	var scheme string
	g := &gateway{proxy: func(r *http.Request) (*url.URL, error) {
		scheme = r.URL.Scheme
		return nil, stop
	}}
	if _, err := g.dialWith(t.Context(), "tcp", "gateway.test:443", true); !errors.Is(err, stop) || scheme != "https" {
		t.Errorf("asked for the proxy of %q, %v; want https", scheme, err)
	}
}
