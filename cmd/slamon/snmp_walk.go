package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/snmp"
)

func (f *snmpFlags) walkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "walk ADDRESS [OID]",
		Short: "List the objects of a device",
		Long: `walk lists the objects at or below an object identifier in numbers, 1.3.6.1 when
none is given. Agents whose objects do not increase, or do not end, are cut.

Exit codes: 0 done; 1 the agent did not answer; 2 usage; 3 we could not ask, or the
agent refused our credentials; 4 the walk was cut.`,
		Example: "  slamon snmp walk 192.0.2.7 1.3.6.1.2.1.2.2",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.walk(cmd, args[0], append(args[1:], "1.3.6.1")[0])
		},
	}
	cmd.Flags().IntVar(&f.maxRows, "max-rows", 100_000, "stop after so many objects")
	return cmd
}

func (f *snmpFlags) walk(cmd *cobra.Command, address, root string) error {
	d, err := f.device(address)
	if err != nil {
		return exitError{codeUsage, err}
	}
	if root, err = snmp.ParseOID(root); err != nil {
		return exitError{codeUsage, err}
	}
	env, err := snmp.NewEnv(snmp.Options{})
	if err != nil {
		return exitError{codeFailed, err}
	}
	defer env.Close()
	found, failed := 0, error(nil)
	out := cmd.OutOrStdout()
	err = env.Walk(cmd.Context(), d, root, f.maxRows, func(o snmp.Object) error {
		found++
		_, failed = fmt.Fprintf(out, "%s = %s: %s\n", o.OID, o.Type, oneLine(o.Value))
		return failed
	})
	switch {
	case failed != nil:
		return exitError{codeFailed, failed}
	case err != nil && found > 0:
		return exitError{codeFailed, err}
	case err != nil:
		state, reason := snmp.Explain(err)
		return agentError(state, f.withRemedy(reason, fmt.Errorf("SNMP agent %s: %w", address, err)))
	case found == 0:
		return exitError{codeFailed, fmt.Errorf("the agent has nothing at or below %s", root)}
	}
	return nil
}
