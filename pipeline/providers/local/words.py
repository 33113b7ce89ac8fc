"""The words the painter knows, English and Vietnamese. To teach it another spelling, add it to one line here."""

# Canonical English name → (English phrases, Vietnamese phrases). The canonical name itself is understood too, and so is
# the plural of every English phrase. Vietnamese is understood without diacritics as well, except what AMBIGUOUS lists.
Group = dict[str, tuple[str, str]]

TIMES: Group = {
    "dawn": ("sunrise, daybreak, early morning, first light", "bình minh, rạng đông, mặt trời mọc, sáng sớm"),
    "day": ("daylight, daytime, morning, noon, midday, afternoon", "ban ngày, ngày, buổi sáng, buổi trưa, giữa trưa"),
    "sunset": ("sundown, setting sun, golden hour", "hoàng hôn, chiều tà, mặt trời lặn, buổi chiều"),
    "dusk": ("twilight, evening, blue hour, nightfall", "chạng vạng, nhá nhem, buổi tối, chiều tối"),
    "night": ("nighttime, midnight, nocturnal", "đêm, ban đêm, nửa đêm, đêm khuya"),
}
SKY: Group = {
    "sun": ("sunny, sunshine, sunlight", "mặt trời, trời nắng, nắng, ánh nắng"),
    "moon": ("moonlight, moonlit, full moon, moonrise", "trăng, mặt trăng, ánh trăng, trăng tròn, trăng rằm"),
    "stars": ("starry, starlight, starlit", "sao, ngôi sao, vì sao, đầy sao, trời sao, ánh sao"),
    "milky way": ("galaxy, galaxies", "ngân hà, dải ngân hà"),
    "aurora": ("northern lights, southern lights, polar lights", "cực quang"),
    "rainbow": ("", "cầu vồng"),
    "birds": ("bird, seagull, gull, flock", "chim, đàn chim, cánh chim"),
}
WEATHER: Group = {
    "clear": ("cloudless, clear sky", "quang đãng, trời quang, trong xanh"),
    "clouds": ("cloud, cloudy, overcast", "mây, đám mây, nhiều mây, áng mây"),
    "rain": ("rainy, raining, rainfall, drizzle", "mưa, trời mưa, cơn mưa, mưa rơi"),
    "snow": ("snowy, snowing, snowfall, winter, wintry", "tuyết, tuyết rơi, mùa đông"),
    "fog": ("foggy, mist, misty, haze, hazy", "sương mù, sương, màn sương, mù sương"),
    "storm": ("stormy, thunderstorm, thunder, lightning", "bão, giông, dông, giông bão, sấm sét, tia chớp, sét"),
}
LAND: Group = {
    "mountains": ("mountain, mountainous, peak, alps, summit", "núi, ngọn núi, dãy núi, núi non, đỉnh núi"),
    "hills": ("hill, hilly, hillside", "đồi, ngọn đồi, sườn đồi"),
    "sea": ("ocean, seascape, coast, seaside, waves, shore", "biển, đại dương, bờ biển, sóng biển, biển cả"),
    "lake": ("pond, lakeside", "hồ, mặt hồ, hồ nước, bờ hồ"),
    "river": ("stream, brook, riverside", "sông, dòng sông, con sông, suối, dòng suối"),
    "forest": ("woods, woodland, tree, pine, jungle", "rừng, khu rừng, rừng cây, rừng thông, cây, cây cối, hàng cây"),
    "desert": ("dune, sand dune, sahara", "sa mạc, cồn cát, đồi cát"),
    "city": (
        "cities, cityscape, skyline, town, skyscraper",
        "thành phố, đô thị, nhà cao tầng, tòa nhà, toà nhà",
    ),
    "beach": ("beaches, sand, sandy", "bãi biển, bãi cát"),
    "island": ("isle, islet", "đảo, hòn đảo, hải đảo"),
    "meadow": ("field, grassland, flower, wildflower", "đồng cỏ, cánh đồng, thảo nguyên, hoa, đồng hoa, vườn hoa"),
    "boat": ("sailboat, sailing boat, ship, sail", "thuyền, con thuyền, chiếc thuyền, thuyền buồm"),
}
COLOURS: Group = {
    "red": ("crimson, scarlet, ruby", "đỏ"),
    "orange": ("amber, tangerine", "cam, da cam"),
    "yellow": ("gold, golden", "vàng"),
    "green": ("emerald", "xanh lá, xanh lá cây, xanh lục"),
    "teal": ("turquoise, cyan", "xanh ngọc, xanh lơ, ngọc lam"),
    "blue": ("azure, navy, sky blue, bluish", "xanh dương, xanh da trời, xanh lam, xanh nước biển, xanh"),
    "purple": ("violet, lavender, lilac", "tím"),
    "pink": ("rosy, magenta", "hồng"),
    "brown": ("", "nâu"),
    "grey": ("gray", "xám"),
    "white": ("", "trắng"),
    "black": ("", "đen"),
}
TONES: Group = {
    "warm": ("", "ấm, ấm áp"),
    "cold": ("cool, icy, chilly", "lạnh, lạnh lẽo"),
    "pastel": ("soft colours, soft colors", "phấn"),
    "vivid": ("vibrant, colourful, colorful, saturated", "rực rỡ, sặc sỡ"),
    "dark": ("gloomy, moody", "tối, u ám"),
    "bright": ("", "tươi sáng, sáng sủa"),
}
STYLE: Group = {  # in the order in which they are laid over the picture
    "watercolour": ("watercolor, aquarelle", "màu nước, tranh màu nước"),
    "oil painting": ("oil, oil paint, oils, impressionist, impressionism", "sơn dầu, tranh sơn dầu"),
    "pencil": ("pencil sketch, pencil drawing, sketch, charcoal", "bút chì, chì, phác thảo, ký họa"),
    "ink wash": ("ink, sumi e, chinese painting, ink painting", "thủy mặc, thuỷ mặc, mực tàu"),
    "pixel art": ("pixel, pixelated, 8 bit, 16 bit", "tranh pixel"),
    "poster": ("travel poster, minimalist, screen print", "áp phích"),
    "sepia": ("vintage, old photo", "hoài cổ, ảnh cũ"),
    "black and white": ("monochrome, b w, greyscale, grayscale", "đen trắng, trắng đen"),
}
SCENERY: Group = {  # names no land: the usual one
    "landscape": ("scenery, nature", "phong cảnh, cảnh quan, thiên nhiên"),
}

GROUPS = (TIMES, SKY, WEATHER, LAND, COLOURS, TONES, STYLE, SCENERY)

# Bare spellings that mean something else as well: "mua" is to buy, "tuyet" wonderful, "do" and "may" are English.
AMBIGUOUS = (
    "do, hong, doi, ho, rung, trang, mua, tuyet, suong, may, tim, bao, song, cay, dao, set, nau, am, lanh, chi, "
    "toi, phan, nang, ngay, dong, giong, suoi, xam, con mua, anh trang, anh nang, vi sao, anh cu, den, do thi, "
    "chieu toi, mat ho, bo ho, canh chim"
)

# Words that say that there is a wish, or how it is put together, and nothing of what is to be seen.
STOP = """
    a an the this that these those some any my your our its it is are be am i me we you us he she they them please
    kindly can could would should will want wanted need like love let lets make made making create creating draw
    drawing paint painting painted generate generating produce render give show design do does have has having get
    see put add adding picture pictures image images photo photos photograph illustration artwork art scene view
    wallpaper background canvas of in on at by with and or to for from over under above below behind before near
    beside between into through during against across around while where when which who there here as so very really
    just also too then but if up down out off all one style styled tone tones toned colour colours color colors
    coloured colored light lights sky skies time beautiful nice lovely pretty great new hello hi hey thanks thank s
    t m re ll d b no not without
    vẽ tạo làm hình ảnh bức tranh tấm một cho tôi mình em anh bạn hãy xin vui lòng về của với và hoặc ở trên dưới
    trong ngoài bên cạnh giữa qua lúc khi vào là có những các cái chiếc con ngọn màu sắc phong kiểu theo bằng nhé
    nha đi giúp muốn cần thêm được rất thật đẹp nền bầu trời ánh sáng này kia đó cùng nào đang sẽ tông nghệ thuật không
    chào ơi
    ve tao lam hinh buc tranh mot cho toi minh xin vui long cua voi va tren duoi ngoai canh giua nhung cac cai chiec
    mau sac kieu theo bang nhe giup muon can them duoc rat that dep nen bau troi tong nghe thuat khong chao phong
    cach luc giua cung
"""
NEGATIONS = ("no", "without", "không", "khong")

PAINTABLE = (
    "Offline I can paint landscapes: mountains, hills, a sea, lake, river, forest, desert, city, beach, island, meadow "
    "or boat; at dawn, in daylight, at sunset, dusk or night; with sun, moon, stars, milky way, aurora, rainbow or "
    "birds; in a clear sky, clouds, rain, snow, fog or storm; in any colour; as watercolour, oil painting, pencil, "
    "ink wash, pixel art, poster, sepia or black and white."
)
PAINTABLE_VI = (
    "Khi không có AI, tôi vẽ được phong cảnh: núi, đồi, biển, hồ, sông, rừng, sa mạc, thành phố, bãi biển, đảo, đồng "
    "cỏ, thuyền; lúc bình minh, ban ngày, hoàng hôn, chạng vạng hay ban đêm; có mặt trời, trăng, sao, ngân hà, cực "
    "quang, cầu vồng, chim; trời quang, mây, mưa, tuyết, sương mù hay bão; theo màu bạn chọn; kiểu màu nước, sơn dầu, "
    "bút chì, thủy mặc, tranh pixel, áp phích, hoài cổ hay đen trắng."
)
