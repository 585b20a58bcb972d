// PromoterTests
