package discord

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/proxy"
)

// dialFunc opens connections.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Dial implements [proxy.Dialer].
func (d dialFunc) Dial(network, address string) (net.Conn, error) {
	return d(context.Background(), network, address)
}

// DialContext implements [proxy.ContextDialer].
func (d dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

// dialWith connects to the gateway, by the proxy that requests take, if there is one.
func (g *gateway) dialWith(ctx context.Context, network, addr string, secure bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	target := &http.Request{URL: &url.URL{Scheme: "http", Host: addr}}
	if secure {
		target.URL.Scheme = "https"
	}
	by, err := g.proxy(target)
	if err != nil {
		return nil, fmt.Errorf("the proxy's address: %w", err)
	}
	c, err := g.dialBy(ctx, by, network, addr)
	if err != nil || !secure {
		return c, err
	}
	return secured(ctx, c, addr)
}

// dialBy connects directly or by a proxy. Those that speak HTTP are asked for a
// tunnel (RFC 9110, section 9.3.6).
func (g *gateway) dialBy(ctx context.Context, by *url.URL, network, addr string) (net.Conn, error) {
	if by == nil {
		return g.dial(ctx, network, addr)
	}
	port, ok := map[string]string{"http": "80", "https": "443"}[by.Scheme]
	if !ok { // socks5; a kind nobody knows is an error
		d, err := proxy.FromURL(by, dialFunc(g.dial))
		if err != nil {
			return nil, err
		}
		return d.(proxy.ContextDialer).DialContext(ctx, network, addr)
	}
	if by.Port() != "" {
		port = by.Port()
	}
	at := net.JoinHostPort(by.Hostname(), port)
	c, err := g.dial(ctx, network, at)
	if err == nil && by.Scheme == "https" {
		c, err = secured(ctx, c, at)
	}
	if err != nil {
		return nil, fmt.Errorf("reach the proxy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	err = tunnel(c, by.User, addr)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("have the proxy connect: %w", err)
	}
	return c, nil
}

// tunnel has the proxy at the other end of c connect to addr. The gateway says
// nothing before it is spoken to, so nothing but the proxy's answer is read.
func tunnel(c net.Conn, user *url.Userinfo, addr string) error {
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{"User-Agent": {agent}}}
	if user != nil {
		password, _ := user.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := r.Write(c); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), r)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", strings.TrimSpace(answer.Status))
	}
	return nil
}

// secured speaks TLS with who is at the other end of c.
func secured(ctx context.Context, c net.Conn, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		c.Close()
		return nil, err
	}
	t := tls.Client(c, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return t, nil
}
