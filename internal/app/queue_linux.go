package app

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// queued takes the connections that the kernel has made for a listener and nobody
// has accepted, and has it make no more: accept(2), shutdown(2). Whoever closed it
// instead would reset them; between the two calls a microsecond is left for that.
// What is no TCP listener has no such queue.
func queued(l net.Listener) (all []net.Conn) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil { // it is closed
		return nil
	}
	var taken []int
	_ = raw.Control(func(fd uintptr) { // fails for a closed one only
		for {
			conn, _, err := syscall.Accept4(int(fd), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
			if errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.ECONNABORTED) {
				continue
			}
			if err != nil {
				break
			}
			taken = append(taken, conn)
		}
		_ = syscall.Shutdown(int(fd), syscall.SHUT_RD) // closing does the same, a moment later
	})
	for _, fd := range taken {
		f := os.NewFile(uintptr(fd), "connection")
		if conn, err := net.FileConn(f); err == nil {
			all = append(all, conn)
		}
		f.Close() // FileConn has one of its own
	}
	return all
}
