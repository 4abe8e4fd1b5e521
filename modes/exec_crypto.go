package modes

import (
	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// execCrypto are the commands about RSA keys. Those that change them are typed in
// global configuration, and in EXEC as later releases have it; they leave no line.
func execCrypto() []cli.Exec {
	change := func(syntax string, run func(*cli.Context, grammar.Args) error) cli.Exec {
		e := privileged(syntax, trim(syntax, cryptoHelp), run)
		e.Modes = []string{cli.ExecMode, conf.Global}
		return e
	}
	mine := func(c *cli.Context, args grammar.Args) error { return c.ShowKeys(args.String("pair")) }
	show := everybody("show crypto key mypubkey rsa [WORD$pair]", "", mine)
	show.Help = trim(show.Syntax, cryptoHelp)
	return []cli.Exec{
		show,
		change("crypto key generate rsa [exportable$first] [<general-keys|usage-keys>$usage] [label WORD$label] [exportable$exportable] [modulus <360-4096>$bits] [exportable$last]",
			func(c *cli.Context, args grammar.Args) error {
				return c.GenerateKeys(cli.KeyRequest{
					Label: args.String("label"), Bits: args.Int("bits"), Usage: args.String("usage") == "usage-keys",
					Exportable: args.Has("first") || args.Has("exportable") || args.Has("last"),
				})
			}),
		change("crypto key zeroize rsa [WORD$pair]", func(c *cli.Context, args grammar.Args) error { return c.ZeroizeKeys(args.String("pair")) }),
	}
}

const cryptoHelp = `
	crypto        Encryption module
	key           Long term key operations
	generate      Generate new keys
	zeroize       Remove keys
	mypubkey      Show public keys of this router
	rsa           RSA keys
	exportable    Allow the key to be exported
	$first        Allow the key to be exported
	$exportable   Allow the key to be exported
	$last         Allow the key to be exported
	general-keys  One pair for signing and encryption
	usage-keys    Two pairs, one to sign and one to encrypt
	$usage        What the keys are for
	label         Name of the pair
	$label        Name of the pair
	modulus       Size of the key
	$bits         Bits
	$pair         Name of a pair`
