// Promoter
