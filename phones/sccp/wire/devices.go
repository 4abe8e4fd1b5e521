package wire

// Device types.
const (
	DeviceATA186         uint32 = 12
	DeviceATA188         uint32 = 13
	Device7902           uint32 = 30008
	Device7905           uint32 = 20000
	Device7906           uint32 = 369
	Device7910           uint32 = 6
	Device7911           uint32 = 307
	Device7912           uint32 = 30007
	Device7920           uint32 = 30002
	Device7921           uint32 = 365
	Device7925           uint32 = 484
	Device7926           uint32 = 577
	Device7931           uint32 = 348
	Device7935           uint32 = 9
	Device7936           uint32 = 30019
	Device7937           uint32 = 431
	Device7940           uint32 = 8
	Device7941           uint32 = 115
	Device7941GE         uint32 = 309
	Device7942           uint32 = 434
	Device7945           uint32 = 435
	Device7960           uint32 = 7
	Device7961           uint32 = 30018
	Device7961GE         uint32 = 308
	Device7962           uint32 = 404
	Device7965           uint32 = 436
	Device7970           uint32 = 30006
	Device7971           uint32 = 119
	Device7975           uint32 = 437
	Device7985           uint32 = 302
	Device6901           uint32 = 547
	Device6911           uint32 = 548
	Device6921           uint32 = 495
	Device6941           uint32 = 496
	Device6945           uint32 = 564
	Device6961           uint32 = 497
	DeviceIPCommunicator uint32 = 30016
	DeviceAnalog         uint32 = 30027 // port of a gateway
	DeviceBRI            uint32 = 30028 // port of a gateway
	Device7914           uint32 = 124   // sidecars, as their phones report them
	Device7915x12        uint32 = 227
	Device7915x24        uint32 = 228
	Device7916x12        uint32 = 229
	Device7916x24        uint32 = 230
)
