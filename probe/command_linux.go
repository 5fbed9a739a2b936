package probe

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// isolate gives a command a process group of its own, which is what is killed, and
// ends it with us.
func isolate(cmd *exec.Cmd, as identity) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as.set {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}
	cmd.Cancel = func() error {
		killGroup(cmd.Process.Pid)
		return nil
	}
}

// killGroup ends all processes of the group. SIGKILL at once: a command had its whole
// timeout to end, and some ignore SIGTERM.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// reapGrace is how long the end of a killed process is waited for.
const reapGrace = time.Second

// reap takes note of the end of killed processes: of a group when the number is
// negative. That is nobody else's work where we are the first process of the system, as
// in a container; elsewhere they are not ours, and there is nothing to do. The program
// itself must have been waited for.
func reap(pid int) {
	for end := time.Now().Add(reapGrace); time.Now().Before(end); {
		switch n, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil); {
		case err == syscall.EINTR || n > 0:
		case err != nil:
			return
		default: // it has not quite ended
			time.Sleep(time.Millisecond)
		}
	}
}

// limitMemory limits the address space of a process that has just been started
// (prlimit(2)). What it has taken in that moment stays.
func limitMemory(pid int, bytes int64) {
	if bytes > 0 {
		limit := unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
		unix.Prlimit(pid, unix.RLIMIT_AS, &limit, nil) // fails only when the process is gone
	}
}

// killMarked ends what left the group but kept the environment, as daemons do: it is
// found by the mark of this very run.
func killMarked(marker string) {
	all, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, entry := range all {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile("/proc/" + entry.Name() + "/environ")
		if err == nil && bytes.Contains(env, []byte(marker)) {
			syscall.Kill(pid, syscall.SIGKILL)
			reap(pid)
		}
	}
}
