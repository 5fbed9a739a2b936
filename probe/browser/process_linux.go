package browser

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// isolate gives Chromium a process group of its own, which is what is killed.
func isolate(cmd *exec.Cmd, as *Identity) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: as.UID, Gid: as.GID}
	}
}

func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

// reap takes note of the end of killed processes: of a group when the number is
// negative. That is nobody else's work where we are the first process of the system, as
// in a container; elsewhere they are not ours, and there is nothing to do.
func reap(pid int) {
	for end := time.Now().Add(killGrace); time.Now().Before(end); {
		switch n, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil); {
		case err == syscall.EINTR || n > 0:
		case err != nil:
			return
		default: // it has not quite ended
			time.Sleep(time.Millisecond)
		}
	}
}

// processes calls visit with all numbers of processes.
func processes(visit func(pid int)) {
	all, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, entry := range all {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != os.Getpid() {
			visit(pid)
		}
	}
}

// users returns the processes that were started with the profile. One that has ended
// is not known any more.
func users(dir string) (all []int) {
	processes(func(pid int) {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err == nil && bytes.Contains(line, []byte(dir)) {
			all = append(all, pid)
		}
	})
	return all
}

func kill(pid int) { syscall.Kill(pid, syscall.SIGKILL) }

// members returns the processes of a group (proc(5), stat).
func members(group int) (all []int) {
	processes(func(pid int) {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			return
		}
		_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold anything before
		if fields := strings.Fields(rest); len(fields) > 2 && fields[2] == strconv.Itoa(group) {
			all = append(all, pid)
		}
	})
	return all
}

// memory returns the bytes that processes have for themselves, and the most of what one
// of them shares with others: their code is mapped by each, and there once (statm).
func memory(pids []int) (bytes int64) {
	var shared int64
	page := int64(os.Getpagesize())
	for _, pid := range pids {
		statm, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
		if err != nil {
			continue
		}
		sizes := strings.Fields(string(statm))
		if len(sizes) < 3 {
			continue
		}
		resident, _ := strconv.ParseInt(sizes[1], 10, 64)
		ofOthers, _ := strconv.ParseInt(sizes[2], 10, 64)
		bytes += (resident - ofOthers) * page
		shared = max(shared, ofOthers*page)
	}
	return bytes + shared
}
