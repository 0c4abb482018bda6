//go:build !linux

package app

import "net"

// queued takes nothing: what a listener's queue holds when it closes is lost here.
func queued(net.Listener) []net.Conn { return nil }
