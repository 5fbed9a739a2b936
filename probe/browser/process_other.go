//go:build !linux

package browser

import (
	"os"
	"os/exec"
)

func isolate(*exec.Cmd, *Identity) {}

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

func reap(int) {}

func users(string) []int { return nil }

func kill(int) {}

func members(int) []int { return nil }

func memory([]int) int64 { return 0 }
