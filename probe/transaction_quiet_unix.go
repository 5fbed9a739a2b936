//go:build unix

package probe

import (
	"net"
	"syscall"
)

// quietConn reports whether an idle connection has nothing to read. Anything else, an
// end among it, means that the server will not answer the next request on it: found
// before the request is sent, no request has to be sent twice.
func quietConn(c net.Conn) bool {
	s, ok := c.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	var one [1]byte
	err = raw.Control(func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN
	})
	return err == nil && quiet
}
